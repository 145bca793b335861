import type { ActorDeps } from '@interlock/host'
import { toBase64, toIso, type Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { HalfHours } from '@interlock/topics'
import type { Numbers } from '../numbers.ts'
import { problemIn } from '../problem-in.ts'
import { askSettlement, type Reading, type SettlementRead } from '../settlement-read.ts'
import type { BillPeriod } from './bill.ts'
import {
  compareCounts,
  countTolerance,
  type CountDifference,
  type CountsCompared,
} from './compare-counts.ts'

/** A charger, its operator, and the LLCS of its home, which has a settlement meter. */
export type MeteredCustomer = {
  readonly station: Eui64
  readonly csms: Eui64
  readonly llcs: Eui64
}

export type SettlementParts = {
  readonly publication: Reading
  readonly numbers: Numbers
  readonly halfHours: Pick<HalfHours, 'of'>
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock'>
}

type Asked = {
  readonly station: string
  readonly from: string
  readonly until: string
  /** The operator, for the charger's count. */
  readonly chargerSignedBy: string
  /** The LLCS, for its own. */
  readonly meterSignedBy: string
}
/** The comparison as it is answered, or why there is none. */
export type SettlementDocument = Asked &
  (
    | { readonly problem: string; readonly detail?: string }
    | (Omit<CountsCompared, 'differences'> & {
        readonly differences: readonly (Omit<CountDifference, 'from'> & { readonly from: string })[]
        readonly tolerance: typeof countTolerance
        readonly finding?: 'CountsDiffer'
      })
  )

/**
 * Holds what a charger counted, as its operator has signed it, against what the home's settlement meter counted, as the
 * LLCS has signed it: whichever of them is wrong, the other shows it. Where they differ it is `CountsDiffer`, on the
 * record with who signed what.
 */
export async function compareSettlement(
  { station, csms, llcs }: MeteredCustomer,
  period: BillPeriod,
  { publication, numbers, halfHours, audit, deps }: SettlementParts,
): Promise<SettlementDocument> {
  const counter = numbers.nextCounter(llcs, deps.clock.now())
  const reading: { read?: SettlementRead } = {}
  const outcome = await problemIn(
    askSettlement(llcs, period, counter, publication).then((read) => {
      if (read.ok) reading.read = read.value
      return read
    }),
  )
  const [from, until] = [toIso(period.from), toIso(period.until)]
  const asked: Asked = { station, from, until, chargerSignedBy: csms, meterSignedBy: llcs }
  const { read } = reading
  if (read === undefined) {
    const why = { ...asked, ...outcome, problem: outcome.problem ?? 'AnswerUnreadable' }
    audit.record('SettlementCompared', why)
    return why
  }
  const compared = compareCounts(period, halfHours.of(station), read.entries)
  const differences = compared.differences.map((each) => ({ ...each, from: toIso(each.from) }))
  const isDifferent = differences.length > 0 || compared.isSumDifferent
  const said: SettlementDocument = {
    ...asked,
    ...compared,
    differences,
    tolerance: countTolerance,
    ...(isDifferent && { finding: 'CountsDiffer' as const }),
  }
  if (isDifferent) audit.critical('CountsDiffer', { ...said, answer: toBase64(read.answer) })
  else {
    // A charger that leaves half-hours out, instead of lying of them, leaves a trace as well.
    const { compared: count, missing } = compared
    audit.record('SettlementCompared', { ...asked, compared: count, missing })
  }
  return said
}
