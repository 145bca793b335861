import type { Eui64, Instant } from '@interlock/kernel'
import type { ExportPeriod } from '@interlock/privacy'

/** An owner's agreement, as the station has found it good. JSON values only. */
export type Agreement = {
  readonly station: Eui64
  /** The owner's key, SPKI in base64. */
  readonly by: string
  readonly signature: string
  /** By the owner's clock. */
  readonly at: number
  /** When it came. Periods that began before are told without the station. */
  readonly since: Instant
}

/** An agreement and what became of it. It lasts while its key is an owner's at the station. */
export type Tenure = Agreement & {
  /** When the station last said that the key is an owner's. */
  readonly confirmedAt: Instant
  /** When it was found that it no longer is. */
  readonly endedAt?: Instant
  /** Owners' keys that stood beside it. */
  readonly beside: readonly string[]
}

/** What the owners of one station have said, those of before too. */
export type HomeAgreements = {
  readonly tenures: readonly Tenure[]
  /** Keys that have withdrawn: while one of them is an owner's, nobody agrees. */
  readonly barred: readonly string[]
}
export const nobodyAgreed: HomeAgreements = { tenures: [], barred: [] }

export const agreementLimits = {
  /** Of one station, more than it has owners. Those that have ended stay as long as rows do, to be withdrawn still. */
  tenuresMax: 16,
  besideMax: 32,
} as const

export const isStanding = ({ endedAt }: Tenure): boolean => endedAt === undefined

/** Whether a period may be told with the station: it was agreed to before, and for all of it. */
export const covers = ({ since, confirmedAt }: Tenure, { from, until }: ExportPeriod): boolean =>
  since <= from && until <= confirmedAt

/** What the owners have said now, and the times of which no row tells any more with this station. */
export type Said = { readonly home: HomeAgreements; readonly taken: readonly ExportPeriod[] }

/**
 * Who agrees again has agreed since the first time. Where there are too many, the rows of the oldest go.
 * @param old what ended before has no rows any more
 */
export function withAgreement(
  { tenures }: HomeAgreements,
  agreement: Agreement,
  old: Instant,
): Said {
  const standing = tenures.find((each) => each.by === agreement.by && isStanding(each))
  const next: Tenure =
    standing === undefined
      ? { ...agreement, confirmedAt: agreement.since, beside: [] }
      : { ...standing, ...agreement, since: standing.since }
  const kept = tenures.filter((each) => each !== standing && (each.endedAt ?? old) >= old)
  const tooMany = Math.max(0, kept.length + 1 - agreementLimits.tenuresMax)
  const dropped = kept.filter((each) => !isStanding(each)).slice(0, tooMany)
  const home = { tenures: [...kept.filter((each) => !dropped.includes(each)), next], barred: [] }
  return { home, taken: dropped.map((each) => timeOf(each, agreement.since)) }
}
const timeOf = ({ since, endedAt }: Tenure, now: Instant): ExportPeriod => ({
  from: since,
  until: endedAt ?? now,
})

/** The station has listed the keys of its owners. Who is none of them any more binds the next ones in nothing. */
export const afterHearing = (
  { tenures, barred }: HomeAgreements,
  keys: readonly string[],
  at: Instant,
): HomeAgreements => ({
  tenures: tenures.map((each) => (isStanding(each) ? confirmed(each, keys, at) : each)),
  barred: barred.filter((each) => keys.includes(each)),
})

function confirmed(tenure: Tenure, keys: readonly string[], at: Instant): Tenure {
  if (!keys.includes(tenure.by)) return { ...tenure, endedAt: at }
  const beside = new Set([...tenure.beside, ...keys])
  beside.delete(tenure.by)
  return { ...tenure, confirmedAt: at, beside: [...beside].slice(-agreementLimits.besideMax) }
}

/**
 * What that key agreed to counts no longer. Where it is an owner's now, neither does what is in force, nor what was
 * agreed while it stood beside: a household's devices speak for the same home.
 * @param isOwner the station says so; a key whose agreement is in force is taken for an owner's
 */
export function afterWithdrawal(
  { tenures, barred }: HomeAgreements,
  by: string,
  isOwner: boolean,
  at: Instant,
): Said {
  const speaks = isOwner || tenures.some((each) => each.by === by && isStanding(each))
  const isIts = (each: Tenure): boolean =>
    each.by === by || (speaks && (isStanding(each) || each.beside.includes(by)))
  const bars = speaks ? [...new Set([...barred, by])].slice(-agreementLimits.besideMax) : barred
  return {
    home: { tenures: tenures.filter((each) => !isIts(each)), barred: bars },
    taken: tenures.filter(isIts).map((each) => timeOf(each, at)),
  }
}
