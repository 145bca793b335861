import { penceText, wholePence } from './money.ts'
import type { Bill } from './price-usage.ts'

/** A bill as JSON: `pence` is rounded, once; everything `exactPence` is not. */
export const billDocument = ({ wattHours, lines, standing, cost }: Bill) => ({
  wattHours,
  pence: Number(wholePence(cost)),
  exactPence: penceText(cost),
  standing: { days: standing.days, exactPence: penceText(standing.cost) },
  lines: lines.map(({ cost: each, ...line }) => ({ ...line, exactPence: penceText(each) })),
})
