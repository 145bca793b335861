import { rounded } from '../street/measure.ts'
import type { Comparison } from './rounds.ts'

/** One line of the bench: ours against the bare thing, in `unit`, measured by turns in one run. */
export type Line = Comparison & {
  readonly name: string
  readonly unit: string
  /** What the other side is. */
  readonly against: string
  /** Whether a higher ratio is the better one. */
  readonly better: 'higher' | 'lower'
}

export const line = (
  name: string,
  unit: string,
  against: string,
  better: Line['better'],
  comparison: Comparison,
): Line => ({ name, unit, against, better, ...comparison })

/** For people: one row each, numbers to the right. */
export function table(lines: readonly Line[]): string {
  const rows = lines.map((each) => [
    each.name,
    each.against,
    `${figure(each.ours)} ${each.unit}`,
    `${figure(each.bare)} ${each.unit}`,
    each.ratio.toFixed(2),
    rangeOf(each),
    each.better,
  ])
  const head = ['figure', 'against', 'ours', 'bare', 'ratio', 'range', 'better']
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const left = [0, 1, 6]
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          left.includes(column)
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Nothing where there is one ratio only. */
const rangeOf = ({ range: [low, high] }: Line): string =>
  low === high ? '' : `${low.toFixed(2)}–${high.toFixed(2)}`

export const json = (lines: readonly Line[]): object[] =>
  lines.map((each) => ({
    ...each,
    ours: rounded(each.ours),
    bare: rounded(each.bare),
    ratio: rounded(each.ratio),
    range: each.range.map(rounded),
  }))

const figure = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-GB') : value.toPrecision(3)
