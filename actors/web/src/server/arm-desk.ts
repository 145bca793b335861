import { limits } from '@interlock/contract'
import {
  eui64,
  fromBase64,
  sameBytes,
  toBase64,
  toBase64Url,
  type Clock,
  type Crypto,
  type Eui64,
} from '@interlock/kernel'
import { ownerEui } from '@interlock/seal'
import type { Errand } from '../shared/shapes.ts'
import { Declined, type Person } from './access.ts'
import type { Home } from './config-schema.ts'
import type { ArmModule } from './arm-module.ts'
import type { HandOvers } from './hand-overs.ts'
import { newToken } from './tokens.ts'
import type { ArmNetwork } from './arm-network.ts'

/** What a page asks to have made into a pre-command. */
export type PreCommandRequest = {
  readonly errand: string
  /** Public key of the device, SPKI in base64. */
  readonly spki: string
  readonly from: number
  readonly until: number
}

/**
 * The arm origin's counter: has pre-commands made, and sends on what came back signed. It holds no
 * key that an LLCS would take an on-demand arm from.
 */
export interface ArmDesk {
  preCommand(person: Person, request: PreCommandRequest): Promise<{ id: string; bytes: string }>
  arm(person: Person, signed: { id: string; bytes: string }): Promise<{ digest: string }>
}

const shownMillisMax = 10 * 60_000
const shownMax = 1_000

type Shown = {
  readonly errand: Errand
  readonly person: Person
  readonly spki: Uint8Array
  readonly originator: Eui64
  readonly target: Eui64
  readonly counter: bigint
  readonly bytes: Uint8Array
  readonly at: number
}

export function createArmDesk(options: {
  network: ArmNetwork
  module: Pick<ArmModule, 'demandRegistered'>
  handOvers: HandOvers
  homes: readonly Home[]
  wall: Clock
  clock: Clock
  crypto: Crypto
  audit: (kind: string, data: Record<string, unknown>) => void
}): ArmDesk {
  const { network, module, handOvers, homes, wall, clock, crypto, audit } = options
  const shown = new Map<string, Shown>()
  return {
    preCommand: async (person, request) => {
      const errand = handOvers.find(request.errand, person)
      const home = homes.find((each) => each.station === errand.station)
      if (home === undefined) throw new Declined('NotFound')
      const spki = fromBase64(request.spki)
      if (spki === undefined || crypto.publicKey(spki) === undefined)
        throw new Declined('BodyInvalid', 'spki is not a P-256 public key')
      checkWindow(request, clock)
      await module.demandRegistered()
      const originator = ownerEui(spki, crypto)
      const target = eui64(home.target)
      const { bytes, counter } = await network.preCommand({
        originator,
        target,
        controller: home.controller,
        levelPercent: errand.action === 'charge' ? 100 : 0,
        from: request.from,
        until: request.until,
      })
      const id = newToken()
      for (const [key, each] of shown) if (isOld(each, wall)) shown.delete(key)
      if (shown.size >= shownMax) throw new Declined('RateExceeded')
      shown.set(id, { errand, person, spki, originator, target, counter, bytes, at: wall.now() })
      return { id, bytes: toBase64(bytes) }
    },
    arm: async (person, { id, bytes }) => {
      const found = shown.get(id)
      if (found === undefined || found.person.name !== person.name || isOld(found, wall))
        throw new Declined('PreCommandExpired')
      const signed = checkSignature(fromBase64(bytes), found, crypto)
      shown.delete(id)
      const { originator, target, counter } = found
      await network.arm({ originator, target, counter, signed })
      const digest = toBase64Url(crypto.sha256(signed))
      handOvers.signed(found.errand.id, person, digest)
      const { station, action } = found.errand
      audit('arm', { person: person.name, station, action, originator, digest })
      return { digest }
    },
  }
}

const isOld = (each: Shown, wall: Clock): boolean => wall.now() - each.at > shownMillisMax

function checkWindow({ from, until }: PreCommandRequest, clock: Clock): void {
  const length = until - from
  const whole = from % 1000 === 0 && until % 1000 === 0
  const near = Math.abs(from - clock.now()) <= shownMillisMax
  if (!whole || !near || length <= 0 || length > limits.overrideMillisMax)
    throw new Declined('BodyInvalid', 'the window must start now and last at most 12 hours')
}

/** What was shown, then `40`, then a signature by the key it was shown to. */
function checkSignature(
  signed: Uint8Array | undefined,
  { bytes, spki }: Shown,
  crypto: Crypto,
): Uint8Array {
  const key = crypto.publicKey(spki)
  const end = bytes.length
  const same =
    signed !== undefined &&
    signed.length === end + 65 &&
    signed[end] === 0x40 &&
    sameBytes(signed.subarray(0, end), bytes)
  if (!same || key === undefined) throw new Declined('ArmMismatch')
  if (!crypto.verify(key, bytes.subarray(1), signed.subarray(end + 1)))
    throw new Declined('ArmMismatch', 'the signature does not verify')
  return signed
}
