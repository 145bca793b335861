import { assert, toIso } from '@interlock/kernel'
import { wholePence, type Bill, type Nanopence, type Usage } from '@interlock/tariff'

/** Pounds and pence, rounded to the penny: `£12.05`, `-£0.31`. */
export const pounds = (cost: Nanopence): string => penceWords(wholePence(cost))

export function penceWords(pence: bigint): string {
  const digits = pence.toString().replace('-', '').padStart(3, '0')
  return `${pence < 0n ? '-' : ''}£${digits.slice(0, -2)}.${digits.slice(-2)}`
}

export const kilowattHours = (wattHours: number): string => `${(wattHours / 1000).toFixed(3)} kWh`

/** From the first interval of a usage to the end of its last. */
export function periodOf(usage: Usage): { readonly from: string; readonly until: string } {
  const [first] = usage
  const last = usage.at(-1)
  assert(first !== undefined && last !== undefined, 'a usage that was read has intervals')
  return { from: toIso(first.from), until: toIso(last.until) }
}

export function billWords(bill: Bill): string {
  const rows = bill.lines.map(({ version, name, block, wattHours, cost }) => {
    const what = `${name}${block === undefined ? '' : `, block ${block}`} (version ${version})`
    return [what, kilowattHours(wattHours), pounds(cost)] as const
  })
  const { days, cost } = bill.standing
  const all = [
    ...rows,
    ['standing charge', `${days} ${days === 1 ? 'day' : 'days'}`, pounds(cost)],
  ] as const
  const width = Math.max(...all.map(([what]) => what.length))
  return all
    .map(
      ([what, amount, sum]) => `  ${what.padEnd(width)}${amount.padStart(18)}${sum.padStart(14)}`,
    )
    .join('\n')
}
