import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { mayRead, type ConsentLedger, type OwnerKeyOf } from './consent-ledger.ts'
import { readConsent } from './read-consent.ts'
import type { SignedConsent } from './statement.ts'

/** What an owner has said, and whether it is what lets that reader read now. */
export type ConsentShown = SignedConsent & { readonly inForce: boolean }
/** The newest first; `next` is the `before` of the page after it. */
export type ConsentsPage = {
  readonly items: readonly ConsentShown[]
  readonly next: number | null
}

export const consentsPageMax = 100

export function consentsPage(
  ledger: ConsentLedger,
  ownerKeyOf: OwnerKeyOf,
  now: Instant,
  before = Infinity,
): ConsentsPage {
  const older = ledger.entries.slice(0, Math.max(0, Math.min(before - 1, ledger.entries.length)))
  const items = older.slice(-consentsPageMax).toReversed()
  const isLast = ({ statement }: SignedConsent): boolean =>
    ledger.entries.findLast(
      (each) =>
        each.statement.reader === statement.reader && each.statement.purpose === statement.purpose,
    )?.statement.number === statement.number
  const last = items.at(-1)
  return {
    items: items.map((each) => {
      const { reader, purpose } = each.statement
      return { ...each, inForce: isLast(each) && mayRead(ledger, reader, purpose, ownerKeyOf, now) }
    }),
    next: last !== undefined && older.length > items.length ? last.statement.number : null,
  }
}

const Wire = Compile(
  Type.Object({
    items: Type.Array(Type.Object({ inForce: Type.Boolean() }), { maxItems: consentsPageMax }),
    next: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  }),
)

/** @param value parsed JSON of whoever keeps the ledger; of what it shows nothing is verified yet */
export function readConsentsPage(value: unknown): Outcome<ConsentsPage, 'ConsentMalformed'> {
  if (!Wire.Check(value)) return refused('ConsentMalformed', 'no list of consents')
  const items: ConsentShown[] = []
  for (const { inForce, ...signed } of value.items) {
    const read = readConsent(JSON.stringify(signed))
    if (!read.ok) return read
    items.push({ ...read.value, inForce })
  }
  return ok({ items, next: value.next })
}
