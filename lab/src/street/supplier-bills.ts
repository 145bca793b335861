import { httpClient, loadIdentity, readText } from '@interlock/host'
import { Fault, toIso, type Activity } from '@interlock/kernel'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { worldEnd, worldStart } from '../worlds/day.ts'
import { https, type Plan } from './configs.ts'
import { rounded } from './measure.ts'

/** What the supplier bills its customers for the day, of the half-hours that it has heard by topic. */
export type SupplierBills = {
  readonly homes: number
  readonly kilowattHours: number
  readonly pounds: number
  /** Half-hours of the day of which it has heard nothing. */
  readonly missing: number
}

const BillShown = Type.Object({
  wattHours: Type.Number(),
  pence: Type.Number(),
  missingHalfHours: Type.Integer(),
})
const notFound = 404

/** Asks as the supplier's own people. @throws Fault when it does not answer as a supplier does */
export async function supplierBills(plan: Plan, activity: Activity): Promise<SupplierBills> {
  const http = httpClient({
    identity: loadIdentity(plan.layout.server('supplier').smartMeter),
    trust: { roots: [readText(plan.layout.trust.smartMeter)] },
    activity,
  })
  const period = new URLSearchParams({ from: toIso(worldStart), until: toIso(worldEnd) })
  const customers = `${https(plan, 'supplier')}/api/v1/customers`
  const bills: Type.Static<typeof BillShown>[] = []
  try {
    for (const { station, address } of plan.homes) {
      const { status, body } = await http.request('GET', `${customers}/${station}/bill?${period}`)
      if (status === notFound) continue
      if (!Value.Check(BillShown, body)) throw new Fault('AnswerInvalid', `the bill of ${address}`)
      bills.push(body)
    }
  } finally {
    await http.close()
  }
  const sum = (of: (bill: Type.Static<typeof BillShown>) => number): number =>
    bills.reduce((total, bill) => total + of(bill), 0)
  return {
    homes: bills.length,
    kilowattHours: rounded(sum(({ wattHours }) => wattHours) / 1_000),
    pounds: rounded(sum(({ pence }) => pence) / 100),
    missing: sum(({ missingHalfHours }) => missingHalfHours),
  }
}
