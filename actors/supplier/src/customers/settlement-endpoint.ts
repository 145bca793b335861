import { problem, type ActorDeps, type Endpoint } from '@interlock/host'
import { parseEui64, toBase64, toIso, type Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { HalfHours } from '@interlock/topics'
import type { Numbers } from '../numbers.ts'
import { ownPeople } from '../own-people.ts'
import { problemIn } from '../problem-in.ts'
import {
  askSettlement,
  settlementPeriodOf,
  settlementPeriodWords,
  type Reading,
  type SettlementRead,
} from '../settlement-read.ts'
import {
  compareCounts,
  countTolerance,
  type CountDifference,
  type CountsCompared,
} from './compare-counts.ts'

export type SettlementParts = {
  readonly publication: Reading
  readonly numbers: Numbers
  readonly halfHours: Pick<HalfHours, 'of'>
  /** Of each charger its operator, and the LLCS of its home where that has a settlement meter. */
  readonly customers: ReadonlyMap<string, { readonly csms: Eui64; readonly llcs?: Eui64 }>
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
export const settlementComparison = (parts: SettlementParts): Endpoint => ({
  method: 'GET',
  url: '/api/v1/customers/:station/settlement',
  roles: ['supplier'],
  handle: ownPeople(
    parts.publication.organisation,
    parts.audit,
    'SettlementRefused',
  )(async ({ params, query }) => {
    const { publication, numbers, halfHours, customers, audit, deps } = parts
    const station = parseEui64(params['station'] ?? '')
    const customer = customers.get(station ?? '')
    if (station === undefined || customer === undefined) return problem('NotFound', 'no customer')
    const { csms, llcs } = customer
    if (llcs === undefined) return problem('NotFound', 'no settlement meter')
    const period = settlementPeriodOf(query['from'], query['until'])
    if (period === undefined) return problem('BodyInvalid', settlementPeriodWords)
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
      audit.record('SettlementCompared', { ...asked, ...outcome })
      return { status: 200, body: { ...asked, ...outcome } }
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
    else audit.record('SettlementCompared', { ...asked, compared: compared.compared })
    return { status: 200, body: said }
  }),
})
