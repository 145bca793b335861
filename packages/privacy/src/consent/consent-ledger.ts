import type { ConsentPurpose } from '@interlock/contract'
import {
  inMinutes,
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PublicKey,
} from '@interlock/kernel'
import { consentVerifies, digestOf, type SignedConsent } from './statement.ts'

/** Everything the owners of one station have said, oldest first; nothing is ever taken out. */
export type ConsentLedger = {
  readonly station: Eui64
  readonly entries: readonly SignedConsent[]
}

export type ConsentProblem =
  /** Not by a key of an owner of this station, or changed since. */
  | 'ConsentForged'
  | 'ConsentElsewhere'
  /** Not the next one after what is held: a repeat, or something is missing. */
  | 'ConsentOutOfOrder'
  | 'ConsentFromFuture'
  | 'ConsentEndsBefore'
  /** Given where it is given, or withdrawn where it is not. */
  | 'ConsentUnchanged'
  | 'LedgerFull'

/** Keys of those who own the station today, by thumbprint. */
export type OwnerKeyOf = (thumbprint: string) => PublicKey | undefined

/** A withdrawal always has room: one follows at most each consent. */
export const consentsMax = 2_000
export const clockAheadMax = inMinutes(2)

export const newConsentLedger = (station: Eui64): ConsentLedger => ({ station, entries: [] })

/** What the next statement has to name. */
export function nextConsent(
  { entries }: ConsentLedger,
  crypto: Pick<Crypto, 'sha256'>,
): { readonly number: number; readonly previous: string } {
  const last = entries.at(-1)
  return {
    number: entries.length + 1,
    previous: last === undefined ? '' : digestOf(last, crypto),
  }
}

/** The ledger with one more statement, which has its effect from this moment on. */
export function appendConsent(
  ledger: ConsentLedger,
  signed: SignedConsent,
  ownerKeyOf: OwnerKeyOf,
  now: Instant,
  crypto: Crypto,
): Outcome<ConsentLedger, ConsentProblem> {
  const { station, number, previous, reader, purpose, given, at, until } = signed.statement
  if (station !== ledger.station) return refused('ConsentElsewhere', station)
  const key = ownerKeyOf(signed.signer)
  if (key === undefined || !consentVerifies(signed, key, crypto)) return refused('ConsentForged')
  const next = nextConsent(ledger, crypto)
  if (number !== next.number || previous !== next.previous)
    return refused('ConsentOutOfOrder', `${number}, not ${next.number}`)
  if (at > now + clockAheadMax) return refused('ConsentFromFuture')
  if (given && until !== undefined && until <= now) return refused('ConsentEndsBefore')
  const last = latest(ledger, reader, purpose)
  // One that ended by itself may be withdrawn all the same.
  if (given ? isInForce(last, now, ownerKeyOf) : last?.statement.given !== true)
    return refused('ConsentUnchanged')
  const consents = ledger.entries.filter((each) => each.statement.given).length
  if (given && consents >= consentsMax) return refused('LedgerFull')
  return ok({ station, entries: [...ledger.entries, signed] })
}

/** Whether `reader` may have what `purpose` needs, now. No other purpose counts, nor what a former owner agreed to. */
export const mayRead = (
  ledger: ConsentLedger,
  reader: Eui64,
  purpose: ConsentPurpose,
  ownerKeyOf: OwnerKeyOf,
  now: Instant,
): boolean => isInForce(latest(ledger, reader, purpose), now, ownerKeyOf)

/** Every reader that `purpose` has now. */
export function readersOf(
  ledger: ConsentLedger,
  purpose: ConsentPurpose,
  ownerKeyOf: OwnerKeyOf,
  now: Instant,
): readonly Eui64[] {
  const named = new Set(ledger.entries.map((each) => each.statement.reader))
  return [...named].filter((reader) => mayRead(ledger, reader, purpose, ownerKeyOf, now))
}

const latest = (
  { entries }: ConsentLedger,
  reader: Eui64,
  purpose: ConsentPurpose,
): SignedConsent | undefined =>
  entries.findLast(({ statement }) => statement.reader === reader && statement.purpose === purpose)

const isInForce = (
  last: SignedConsent | undefined,
  now: Instant,
  ownerKeyOf: OwnerKeyOf,
): boolean =>
  last !== undefined &&
  last.statement.given &&
  ownerKeyOf(last.signer) !== undefined &&
  (last.statement.until === undefined || now < last.statement.until)

/**
 * Whether the entries are an unbroken chain, each signed by the key it names. `keyOf` knows keys of
 * former owners too.
 * @returns number of the first entry that is wrong, `undefined` when all are right
 */
export function firstWrongConsent(
  { station, entries }: ConsentLedger,
  keyOf: OwnerKeyOf,
  crypto: Crypto,
): number | undefined {
  const wrong = entries.findIndex((entry, index) => {
    const key = keyOf(entry.signer)
    const next = nextConsent({ station, entries: entries.slice(0, index) }, crypto)
    const { statement } = entry
    return (
      statement.station !== station ||
      statement.number !== next.number ||
      statement.previous !== next.previous ||
      key === undefined ||
      !consentVerifies(entry, key, crypto)
    )
  })
  return wrong < 0 ? undefined : wrong + 1
}
