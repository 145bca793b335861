import {
  billDocument,
  nanopence,
  priceUsage,
  wholePence,
  type Tariff,
  type Usage,
} from '@interlock/tariff'
import { kilowattHours, pounds } from './bill-words.ts'

/**
 * The same usage under each tariff, the cheapest first; those without a price for all of it come
 * last, by name. `complete` unless there are any.
 */
export function compare(
  tariffs: readonly Tariff[],
  usage: Usage,
): { readonly value: object; readonly words: string; readonly complete: boolean } {
  const outcomes = tariffs.map((tariff) => ({ tariff, bill: priceUsage(tariff, usage) }))
  const priced = outcomes
    .flatMap(({ tariff, bill }) => (bill.ok ? [{ id: tariff.id, bill: bill.value }] : []))
    .toSorted((left, right) => Number(left.bill.cost - right.bill.cost))
  const unpriced = outcomes.flatMap(({ tariff, bill }) =>
    bill.ok ? [] : [{ tariff: tariff.id, reason: bill.reason, at: bill.detail ?? '' }],
  )
  const least = priced[0]?.bill.cost ?? nanopence(0n)
  const width = Math.max(...tariffs.map(({ id }) => id.length)) + 2
  const words = [
    kilowattHours(usage.reduce((sum, each) => sum + each.wattHours, 0)),
    ...priced.map(({ id, bill }) => {
      const more = nanopence(bill.cost - least)
      const difference = bill.cost === least ? 'the least' : `${pounds(more)} more`
      return `  ${id.padEnd(width)}${pounds(bill.cost).padStart(12)}  ${difference}`
    }),
    ...unpriced.map(
      ({ tariff, reason, at }) => `  ${tariff.padEnd(width)}no price at ${at} [${reason}]`,
    ),
  ]
  const tariffsJson = priced.map(({ id, bill }) => ({
    tariff: id,
    morePence: Number(wholePence(nanopence(bill.cost - least))),
    ...billDocument(bill),
  }))
  return {
    value: { tariffs: tariffsJson, unpriced },
    words: words.join('\n'),
    complete: unpriced.length === 0,
  }
}
