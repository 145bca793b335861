import {
  eui64,
  fromBase64Url,
  ok,
  parseEui64,
  refused,
  type Clock,
  type Crypto,
  type Eui64,
  type Outcome,
  type PublicKey,
} from '@interlock/kernel'
import type { ConsentPurpose, OwnerOfStation } from '@interlock/contract'
import {
  appendConsent,
  consentsPage,
  mayRead,
  newConsentLedger,
  nextConsent,
  readConsent,
  thumbprintOf,
  whyNotAnswered,
  type ConsentLedger,
  type ConsentProblem,
  type ConsentQuestion,
  type ConsentsPage,
  type OwnerKeyOf,
  type QuestionProblem,
  type SignedConsent,
} from '@interlock/privacy'
import type { Journal } from '@interlock/store'

type Owners = Map<string, PublicKey>
type Entry =
  | { readonly does: 'owner'; readonly station: Eui64; readonly key: string }
  | { readonly does: 'ownerGone'; readonly station: Eui64; readonly thumbprint: string }
  | { readonly does: 'consent'; readonly signed: SignedConsent }

export type ConsentRefusal =
  | ConsentProblem
  | 'ConsentMalformed'
  | 'KeyUnreadable'
  | 'OwnersFull'
  | 'OwnerUnknown'
  | 'StationUnknown'
  | QuestionProblem

/** Who owns a station, and what its owners have said; of that nothing is ever taken out. */
export type Consents = {
  addOwner(owner: OwnerOfStation): Outcome<void, ConsentRefusal>
  /** Of a home that has changed hands, or a lost device: what its key agreed to ends, and it agrees to nothing more. */
  removeOwner(owner: OwnerOfStation): Outcome<void, ConsentRefusal>
  /** Takes what an owner has signed, JSON, whoever brings it. */
  take(text: string): Outcome<SignedConsent, ConsentRefusal>
  next(station: string): { readonly number: number; readonly previous: string } | undefined
  /** What the owners of a station have said, for one of them. */
  list(question: ConsentQuestion, before?: number): Outcome<ConsentsPage, ConsentRefusal>
  holds(station: string, reader: Eui64, purpose: ConsentPurpose): boolean
  close(): void
}

const ownersMax = 100_000
const ownersPerStationMax = 8

export function openConsents(
  journal: Journal,
  { clock, crypto }: { readonly clock: Pick<Clock, 'now'>; readonly crypto: Crypto },
): Consents {
  const owners = new Map<Eui64, Owners>()
  const ledgers = new Map<Eui64, ConsentLedger>()
  for (const entry of journal.entries() as readonly Entry[]) {
    if (entry.does === 'owner') setOwner(entry.station, entry.key)
    else if (entry.does === 'ownerGone') dropOwner(entry.station, entry.thumbprint)
    else {
      // Verified when it was taken, by keys that may have changed hands since.
      const { station } = entry.signed.statement
      const { entries } = ledgers.get(station) ?? newConsentLedger(station)
      ledgers.set(station, { station, entries: [...entries, entry.signed] })
    }
  }

  function setOwner(station: Eui64, text: string): void {
    const spki = fromBase64Url(text)
    const key = spki && crypto.publicKey(spki)
    if (key === undefined) return
    const held: Owners = owners.get(station) ?? new Map()
    owners.set(station, held.set(thumbprintOf(key, crypto), key))
  }

  function dropOwner(station: Eui64, thumbprint: string): void {
    owners.get(station)?.delete(thumbprint)
  }

  const keyOf =
    (station: Eui64): OwnerKeyOf =>
    (thumbprint) =>
      owners.get(station)?.get(thumbprint)

  return {
    addOwner({ station: text, key }) {
      const station = eui64(text)
      const spki = fromBase64Url(key)
      if (spki === undefined || crypto.publicKey(spki) === undefined)
        return refused('KeyUnreadable')
      const count = owners.get(station)?.size ?? 0
      if (owners.size >= ownersMax || count >= ownersPerStationMax) return refused('OwnersFull')
      journal.append({ does: 'owner', station, key } satisfies Entry)
      setOwner(station, key)
      return ok(undefined)
    },
    removeOwner({ station: text, key: given }) {
      const station = eui64(text)
      const spki = fromBase64Url(given)
      const key = spki && crypto.publicKey(spki)
      if (key === undefined) return refused('KeyUnreadable')
      const thumbprint = thumbprintOf(key, crypto)
      if (keyOf(station)(thumbprint) === undefined) return refused('OwnerUnknown')
      journal.append({ does: 'ownerGone', station, thumbprint } satisfies Entry)
      dropOwner(station, thumbprint)
      return ok(undefined)
    },
    take(text) {
      const read = readConsent(text)
      if (!read.ok) return read
      const { station } = read.value.statement
      if (!owners.has(station)) return refused('StationUnknown', station)
      const ledger = ledgers.get(station) ?? newConsentLedger(station)
      const appended = appendConsent(ledger, read.value, keyOf(station), clock.now(), crypto)
      if (!appended.ok) return appended
      journal.append({ does: 'consent', signed: read.value } satisfies Entry)
      ledgers.set(station, appended.value)
      return ok(read.value)
    },
    next(text) {
      const station = parseEui64(text)
      if (station === undefined || !owners.has(station)) return undefined
      return nextConsent(ledgers.get(station) ?? newConsentLedger(station), crypto)
    },
    list(question, before) {
      const station = eui64(question.station)
      if (!owners.has(station)) return refused('StationUnknown', station)
      const problem = whyNotAnswered(question, keyOf(station), clock.now(), crypto)
      if (problem !== undefined) return refused(problem)
      const ledger = ledgers.get(station) ?? newConsentLedger(station)
      return ok(consentsPage(ledger, keyOf(station), clock.now(), before))
    },
    holds(text, reader, purpose) {
      const station = parseEui64(text)
      if (station === undefined) return false
      const ledger = ledgers.get(station)
      return ledger !== undefined && mayRead(ledger, reader, purpose, keyOf(station), clock.now())
    },
    close: () => journal.close(),
  }
}
