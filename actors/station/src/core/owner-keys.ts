import { limits } from '@interlock/contract'
import { millis, plus, type Entropy, type Instant } from '@interlock/kernel'

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const codeChars = 16

/** A code shown on the charger's own display, for one owner's key to be brought in. */
export type PairingCode = {
  readonly code: string
  readonly until: Instant
  readonly attemptsLeft: number
}

/** Sixteen base32 characters: 80 bits, of which five guesses are allowed. */
export const newPairingCode = (entropy: Entropy, now: Instant): PairingCode => ({
  code: Array.from({ length: codeChars }, () => base32[entropy.below(base32.length)]).join(''),
  until: plus(now, millis(limits.pairingCodeMillis)),
  attemptsLeft: limits.pairingCodeAttemptsMax,
})

export type OwnerKeyRefusal = 'NoPairingCode' | 'CodeWrong' | 'TooManyOwnerKeys' | 'KeyUnreadable'

export type Enrolment = {
  /** SPKI, base64, in the order they came. */
  readonly keys: readonly string[]
  readonly pairing: PairingCode | undefined
  readonly refusal?: OwnerKeyRefusal
}

/**
 * A key that proves by `mac` that whoever sends it saw the charger's display. A code is good for one
 * key; a wrong proof costs an attempt, so that the code cannot be searched for from afar.
 */
export function enrol(
  keys: readonly string[],
  pairing: PairingCode | undefined,
  spki: string,
  proves: (code: string) => boolean,
  now: Instant,
): Enrolment {
  if (pairing === undefined || now >= pairing.until) {
    return { keys, pairing: undefined, refusal: 'NoPairingCode' }
  }
  if (!proves(pairing.code)) {
    const attemptsLeft = pairing.attemptsLeft - 1
    const left = attemptsLeft > 0 ? { ...pairing, attemptsLeft } : undefined
    return { keys, pairing: left, refusal: 'CodeWrong' }
  }
  if (keys.includes(spki)) return { keys, pairing: undefined }
  if (keys.length >= limits.ownerKeysMax) return { keys, pairing, refusal: 'TooManyOwnerKeys' }
  return { keys: [...keys, spki], pairing: undefined }
}

/** Takes a lost device's key out; the last one too, since the charger's own buttons remain. */
export const revoke = (keys: readonly string[], spki: string): readonly string[] =>
  keys.filter((key) => key !== spki)
