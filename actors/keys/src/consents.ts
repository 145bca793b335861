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
  mayRead,
  newConsentLedger,
  nextConsent,
  readConsent,
  thumbprintOf,
  type ConsentLedger,
  type ConsentProblem,
  type SignedConsent,
} from '@interlock/privacy'
import type { Journal } from '@interlock/store'

type Owners = Map<string, PublicKey>
type Entry =
  | { readonly does: 'owner'; readonly station: Eui64; readonly key: string }
  | { readonly does: 'consent'; readonly signed: SignedConsent }

export type ConsentRefusal =
  ConsentProblem | 'ConsentMalformed' | 'KeyUnreadable' | 'OwnersFull' | 'StationUnknown'

/** Who owns a station, and what its owners have said; nothing of it is ever taken out. */
export type Consents = {
  addOwner(owner: OwnerOfStation): Outcome<void, ConsentRefusal>
  /** Takes what an owner has signed, JSON, whoever brings it. */
  take(text: string): Outcome<SignedConsent, ConsentRefusal>
  next(station: string): { readonly number: number; readonly previous: string } | undefined
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
    take(text) {
      const read = readConsent(text)
      if (!read.ok) return read
      const { station } = read.value.statement
      const held = owners.get(station)
      if (held === undefined) return refused('StationUnknown', station)
      const ledger = ledgers.get(station) ?? newConsentLedger(station)
      const keyOf = (thumbprint: string): PublicKey | undefined => held.get(thumbprint)
      const appended = appendConsent(ledger, read.value, keyOf, clock.now(), crypto)
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
    holds(text, reader, purpose) {
      const station = parseEui64(text)
      const ledger = station && ledgers.get(station)
      return ledger !== undefined && mayRead(ledger, reader, purpose, clock.now())
    },
    close: () => journal.close(),
  }
}
