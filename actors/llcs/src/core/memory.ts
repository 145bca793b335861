import { makeRoom, type Arm } from '@interlock/contract'
import { armOf } from '@interlock/gbcs'
import { fromBase64, type Crypto, type Instant } from '@interlock/kernel'
import type { Hierarchy } from '@interlock/pki'
import type { StoredCells } from '@interlock/seal'
import type { CounterSet } from './counters.ts'

/** A signed pre-command that is in force or yet to be, and what became of it. */
export type StoredArm = {
  /** `DF 09` … signature, base64. */
  readonly bytes: string
  readonly used?: boolean
  /** It has served its response, or the charger will not have it. */
  readonly spent?: boolean
}

/** The newest revocation list of a hierarchy, verified before it was stored. */
export type StoredList = {
  readonly number: number
  readonly issuerSerialHex: string
  readonly serials: readonly string[]
  /** As it came: the charger is given the same. */
  readonly text: string
}
export type StoredLists = { readonly [Of in Hierarchy]?: StoredList }

/** A signed calendar of the controllers, and when it comes into force. */
export type StoredCalendar = {
  readonly bytes: string
  readonly from: Instant
  /** It had a date, and its sender has not been told that this has come. */
  readonly untold?: true
}

/** What an LLCS must know again after it lost power. JSON values only. */
export type Memory = {
  readonly counters: CounterSet
  readonly arms: readonly StoredArm[]
  /** Set before the charger is asked: the response that may run, on which arm, and until when at most. */
  readonly response: { readonly digest: string; readonly until: Instant } | null
  /** SPKI, base64, as the charger last said. */
  readonly ownerKeys: readonly string[]
  /** The last counter of an alert, decimal. */
  readonly alertCounter: string
  /** Signed alerts that the data company has not taken yet, base64. */
  readonly alerts: readonly string[]
  readonly revocationLists?: StoredLists
  readonly cells?: StoredCells
  /** The command that put the load controller there, as the supplier signed it, base64: for the charger. */
  readonly loadController?: string
  /** The commands by which the home's supplier renewed its certificate there, as it signed them, base64: for the charger. */
  readonly renewals?: readonly string[]
  /** What the network's time last said of this clock; absent: it has said nothing. */
  readonly clockAgrees?: boolean
  /** The one in force, and one that is to come. */
  readonly calendars?: readonly StoredCalendar[]
  /** The command that set the home's tariff, as its supplier signed it, base64. */
  readonly tariff?: string
  /** The highest counter of an encrypted answer by its reader's key (SHA-256, base64), the last reader last. */
  readonly reads?: readonly { readonly key: string; readonly counter: string }[]
  /** The version of the firmware that was activated last. */
  readonly firmware?: string
}

/** As many keys have read as are remembered. */
export const readersMax = 16

/** A charger that was away for more of them is set up again. */
export const renewalsMax = 4

export const newMemory: Memory = {
  counters: {},
  arms: [],
  response: null,
  ownerKeys: [],
  alertCounter: '0',
  alerts: [],
}

/** The first entry of a journal is a whole memory, the others are what changed. */
export const recall = (entries: readonly unknown[]): Memory =>
  Object.assign({}, newMemory, ...(entries as Partial<Memory>[])) as Memory

export type HeldArm = { readonly arm: Arm; readonly stored: StoredArm; readonly bytes: Uint8Array }

/** Arms whose window has not ended, oldest first. */
export const heldArms = (memory: Memory, now: Instant, crypto: Crypto): readonly HeldArm[] =>
  memory.arms.flatMap((stored) => {
    const bytes = fromBase64(stored.bytes)
    const arm = bytes === undefined ? undefined : armOf(bytes, crypto)
    return bytes !== undefined && arm?.ok === true && now < arm.value.until
      ? [{ arm: arm.value, stored, bytes }]
      : []
  })

/** With one more of that originator. */
export const withArm = (
  held: readonly HeldArm[],
  { originator }: Pick<Arm, 'originator'>,
  bytes: string,
): readonly StoredArm[] => [...makeRoom(held, originator).map(({ stored }) => stored), { bytes }]

export const marked = (
  held: readonly HeldArm[],
  digest: string,
  mark: Omit<StoredArm, 'bytes'>,
): readonly StoredArm[] =>
  held.map(({ arm, stored }) => (arm.digest === digest ? { ...stored, ...mark } : stored))
