import { blocksPerDay, type LoadSeries } from './load-series.ts'

/** What any forecast must be better than: it stays as it is. */
export function persistence({ watts }: LoadSeries): number[] | undefined {
  const last = watts.findLast((load) => load !== undefined)
  return last === undefined ? undefined : Array.from({ length: blocksPerDay }, () => last)
}

/** And: tomorrow is as today. */
export function previousDay({ watts }: LoadSeries): number[] | undefined {
  const day = watts.slice(-blocksPerDay)
  if (day.length < blocksPerDay || day.some((load) => load === undefined)) return undefined
  return day.map((load) => load ?? 0)
}
