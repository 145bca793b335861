import type { FlattenedJws } from '@interlock/contract'
import {
  instant,
  ok,
  toBase64Url,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { areHoursOrNone, type QuietHours } from '@interlock/power'
import { isDigest, isEui, isWhole, matches, type Rule } from './header-rules.ts'
import {
  fits,
  readWithChain,
  signPinned,
  signWithChain,
  verifyStatement,
  type Carried,
  type MemberRules,
  type PinnedSigner,
  type StatementProblem,
} from './signed-statement.ts'

/** The charger is sold with an agreement by which it serves the grid, instead of the default hours. */
export type DsrAgreement = { readonly dsrsp: Eui64; readonly reference: string }

/** Hours in which a charger without a schedule is not to charge, from that moment on. */
export type WantedHours = {
  readonly quiet: readonly QuietHours[]
  readonly from: Instant
  /** They are those of the agreement that the charger is sold with; null: its owner's. */
  readonly agreement: DsrAgreement | null
}

/** A charger's word about its hours, for its supervisor. */
export type HoursStatement = {
  readonly station: Eui64
  /** Each is larger than any before. */
  readonly counter: number
  /** The counter of the acknowledged statement whose hours it follows; 0: those it was sold with. */
  readonly holds: number
  /** null: nothing else than what it holds. */
  readonly wants: WantedHours | null
  /** When it was signed. */
  readonly at: Instant
}

export type ReadHours = Carried<HoursStatement>

const type = 'interlock-hours'
const acknowledgementType = 'interlock-hours-acknowledgement'

/** Signs what a charger says of its hours. The chain travels along. */
export const signHours = (
  statement: HoursStatement,
  signer: { readonly key: PrivateKey; readonly chain: readonly Uint8Array[] },
  crypto: Crypto,
): FlattenedJws => signWithChain(type, statement, signer, crypto)

/** Reads what {@link signHours} made; whoever acts on it verifies signer and signature. */
export const readHours = (value: unknown): Outcome<ReadHours, 'Malformed'> =>
  readWithChain(value, type, rules, ({ station, counter, holds, wants, at }) => ({
    station: station as Eui64,
    counter: Number(counter),
    holds: Number(holds),
    wants: wants as WantedHours | null,
    at: instant(Number(at)),
  }))

/**
 * What a statement is known by in its acknowledgement: SHA-256 of what was signed, base64url. The
 * signature is left out, since whoever carries it can write the same one in another way.
 */
export const hoursDigest = ({ signed }: Pick<ReadHours, 'signed'>, crypto: Crypto): string =>
  toBase64Url(crypto.sha256(signed))

export const hoursVerdicts = ['acknowledged', 'refused'] as const

/** The supervisor's word about one statement. */
export type HoursAcknowledgement = {
  readonly station: Eui64
  /** Of the statement, with its {@link hoursDigest}. */
  readonly counter: number
  readonly digest: string
  readonly verdict: (typeof hoursVerdicts)[number]
  /** Why it was refused. */
  readonly reason: string | null
  readonly at: Instant
}

export const signHoursAcknowledgement = (
  acknowledgement: HoursAcknowledgement,
  signer: { readonly key: PrivateKey; readonly thumbprint: string },
  crypto: Crypto,
): FlattenedJws => signPinned(acknowledgementType, acknowledgement, signer, crypto)

/** Reads an acknowledgement and checks that one of `signers` has signed it. */
export function verifyHoursAcknowledgement(
  value: unknown,
  signers: readonly PinnedSigner[],
  crypto: Crypto,
): Outcome<HoursAcknowledgement, StatementProblem> {
  const read = verifyStatement(value, acknowledgementType, acknowledgementRules, signers, crypto)
  return read.ok ? ok(read.value as unknown as HoursAcknowledgement) : read
}

const isText = matches(/^[ -~]{1,64}$/)
const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null || rule(value)
const within =
  (memberRules: MemberRules): Rule =>
  (value) =>
    fits(value, memberRules)

const rowRules: MemberRules = {
  weekdays: (value) => Array.isArray(value) && value.every(isWhole),
  fromHour: isWhole,
  untilHour: isWhole,
}
const wantedRules: MemberRules = {
  quiet: (value) =>
    Array.isArray(value) && value.every(within(rowRules)) && areHoursOrNone(value as QuietHours[]),
  from: isWhole,
  agreement: orNull(within({ dsrsp: isEui, reference: isText })),
}
const rules: MemberRules = {
  station: isEui,
  counter: (value) => isWhole(value) && Number(value) > 0,
  holds: isWhole,
  wants: orNull(within(wantedRules)),
  at: isWhole,
}
const acknowledgementRules: MemberRules = {
  station: isEui,
  counter: isWhole,
  digest: isDigest,
  verdict: (value) => hoursVerdicts.some((each) => each === value),
  reason: orNull(isText),
  at: isWhole,
}
