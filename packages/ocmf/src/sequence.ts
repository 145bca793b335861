import { pageOf } from './page.ts'
import { inherited, wattHoursOf } from './readings.ts'
import type { OcmfRecord } from './record.ts'

/** What a record alone does not show, in words for the person who was to be billed by it. */
export const sequenceProblems = {
  PageMissing: 'records between two of these are not here, or do not verify',
  PageRepeated: 'a page is here more than once',
  ReadingFalls: 'a register is lower than it was before, or below zero',
} as const
export type SequenceProblem = keyof typeof sequenceProblems

/** A verified record, and the key that verified it in one writing: whoever signs counts the pages. */
export type Keyed = { readonly record: OcmfRecord; readonly key: string }
export type SequenceFinding = {
  readonly problem: SequenceProblem
  readonly detail: string
  /** Of the record at which it shows. */
  readonly index: number
}

type Paged = { readonly index: number; readonly number: number; readonly record: OcmfRecord }

/**
 * What is wrong between the records of each meter, in whichever order they came. What was before the first page, and
 * after the last, nobody can say.
 */
export function sequenceFindings(records: readonly Keyed[]): readonly SequenceFinding[] {
  const counts = new Map<string, Paged[]>()
  for (const [index, { record, key }] of records.entries()) {
    const { context, number } = pageOf(record.payload.PG)
    const name = `${context} ${key}`
    const pages = counts.get(name) ?? []
    counts.set(name, pages)
    pages.push({ index, number, record })
  }
  return [...counts].flatMap(([name, pages]) => {
    pages.sort((left, right) => left.number - right.number)
    return [...gaps(name.slice(0, 1), pages), ...falls(pages)]
  })
}

function gaps(context: string, pages: readonly Paged[]): readonly SequenceFinding[] {
  return pages.slice(1).flatMap(({ index, number }, before): readonly SequenceFinding[] => {
    const last = pages[before]?.number ?? number
    if (number === last) return [{ problem: 'PageRepeated', detail: `${context}${number}`, index }]
    if (number === last + 1) return []
    const from = `${context}${last + 1}`
    const detail = number === last + 2 ? from : `${from} to ${context}${number - 1}`
    return [{ problem: 'PageMissing', detail, index }]
  })
}

/** Value group D of OBIS: 8 counts on for the life of the meter, others begin anew. */
const isRegister = (obis: string | undefined): boolean =>
  obis === undefined || /:0*\d+\.0*8\./.test(obis)

function falls(pages: readonly Paged[]): readonly SequenceFinding[] {
  const found: SequenceFinding[] = []
  const before = new Map<string, number>()
  for (const { index, record } of pages) {
    const { PG, MS, GS, RD } = record.payload
    for (const reading of inherited(RD)) {
      const wattHours = wattHoursOf(reading)
      if (wattHours === undefined || !isRegister(reading.RI)) continue
      const register = [MS, GS, reading.RI].join(' ')
      const last = before.get(register) ?? 0
      const detail = `${last} to ${wattHours} Wh at ${PG}`
      if (wattHours < last) found.push({ problem: 'ReadingFalls', detail, index })
      before.set(register, wattHours)
    }
  }
  return found
}
