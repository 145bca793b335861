import { inHours, instant, type Instant } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'

/** What the central register of driver tokens has seen of a card. */
export const Finding = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  kind: Type.String({ minLength: 1, maxLength: 32 }),
  at: Type.Integer({ minimum: 0, maximum: 8.64e15 }),
  uid: Type.String({ minLength: 1, maxLength: 36 }),
  station: Type.String({ maxLength: 48 }),
  operator: Type.String({ maxLength: 48 }),
  /** Country and party, as OCPI writes them: `GB*INT`; absent where nobody has registered the card. */
  issuer: Type.Optional(Type.String({ maxLength: 16 })),
})
export type Finding = Static<typeof Finding>
export const Findings = Compile(Type.Object({ findings: Type.Array(Finding, { maxItems: 1_000 }) }))
/** Pages of findings that are read at a time; the rest comes with the next. */
export const findingPagesMax = 10

/**
 * What a card is blocked for until its issuer says otherwise: that two cards answer with one key is proved by the key itself,
 * which has signed what one card that counts up cannot have signed.
 * All else rests on an operator's word, of where its station is and what its clock said too, and to block for it would let one operator, or whoever
 * reads a number, take its driver's card away everywhere.
 */
const blocks: Readonly<Record<string, string>> = { ClonedCard: 'two cards answer with its key' }
export const blockWords = (kind: string): string => blocks[kind] ?? kind
export const isBlocking = (kind: string): boolean => blocks[kind] !== undefined

/**
 * Misuse of a number, which proves nothing against the card: for a day nobody's memory of it counts, and it charges where
 * the register says so at that moment.
 */
const doubts: Readonly<Record<string, string>> = {
  ImpossibleTravel: 'it was at two places sooner than anybody travels between them',
  CopiedNumber: 'its number was shown without its key',
  ConcurrentUse: 'it was shown while it charges elsewhere',
  OperatorsDiffer: 'two operators say that it is with them, and no key proves which',
  ForgedKey: 'somebody answered for it with another key',
  CountOutOfOrder: 'an answer of it came after later ones, and no key proves when it was given',
  ReplayedResponse: 'an answer of it came a second time',
  TokenGuessed: 'so many attempts with it have failed',
}
export const doubtWords = (kind: string): string => doubts[kind] ?? kind
const doubtMillis = inHours(24)

/** Why a card is blocked; JSON values only. */
export type Block = { readonly uid: string; readonly kind: string; readonly at: Instant }

/** `undefined` where a card is not blocked for it. */
export const blockBy = ({ uid, kind }: Finding, now: Instant): Block | undefined =>
  isBlocking(kind) ? { uid: uid.toUpperCase(), kind, at: now } : undefined

/** Until when nobody rests on what is remembered of the card; `undefined` where that is not in doubt. */
export const doubtUntil = ({ kind }: Finding, now: Instant): Instant | undefined =>
  doubts[kind] === undefined ? undefined : instant(now + doubtMillis)
