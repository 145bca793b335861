import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { instant } from '@interlock/kernel'
import {
  count,
  halfHourMillis,
  openSettlementBook,
  spansOf,
  type SettlementEntry,
} from '@interlock/llcs'
import type { Journal } from '@interlock/store'
import { afterAll, expect, test } from 'vitest'
import { behind, createFileDisk, deathsAt, type Death } from './file-disk.ts'

const dir = temporaryDir('interlock-settlement-kill')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const begins = Date.UTC(2026, 0, 5, 12)
const boundaries = 6
const registersAt = (boundary: number) => ({
  importWattHours: 1_000 + 500 * boundary,
  exportWattHours: 10 * boundary,
})
let lives = 0

/**
 * The LLCS's own counting on a real file: the second before and the second of each boundary. Who dies is there again
 * for the next reading; whatever it held to be kept must then be there.
 */
function count6(death?: Death, keeping?: (journal: Journal) => Journal) {
  const path = `${dir}/${lives++}.jsonl`
  const disk = createFileDisk(path, { death, ...(keeping && { keeping }) })
  let number = 0
  let deaths = 0
  let problem: string | undefined
  const clock = { now: () => instant(begins + boundaries * halfHourMillis) }
  const start = () => {
    const life = { alive: true }
    const book = openSettlementBook(disk.journalFor(life), clock)
    return { life, book, counting: book.counting }
  }
  let device = start()
  let held: readonly SettlementEntry[] = []
  const say = (boundary: number, second: number): void => {
    const { book, life } = device
    const reading = { number: number++, ...registersAt(boundary) }
    const at = instant(begins + boundary * halfHourMillis + second * 1_000)
    const now = { at, isVouched: true }
    const { keep, counting } = count(device.counting, reading, now, { wattsMax: 7_400 })
    if (keep !== undefined) book.keep(keep)
    if (life.alive) {
      device.counting = counting
      if (keep !== undefined) held = [...held, keep]
      return
    }
    deaths += 1
    device = start()
    const kept = disk.entries as readonly SettlementEntry[]
    if (held.some((entry, place) => JSON.stringify(kept[place]) !== JSON.stringify(entry)))
      problem ??= `after ${death?.how} at call ${death?.call} a count is lost`
    held = kept
    // The front end says on.
    say(boundary, second)
  }
  for (let boundary = 0; boundary < boundaries; boundary++)
    for (const second of [-1, 0, 1]) say(boundary, second)
  const spans = spansOf(disk.entries as readonly SettlementEntry[])
  const wrong = spans.find(
    ({ from, until, importWattHours, exportWattHours }) =>
      importWattHours !== (500 * (until - from)) / halfHourMillis ||
      exportWattHours !== (10 * (until - from)) / halfHourMillis,
  )
  if (wrong !== undefined) problem ??= `${wrong.importWattHours} Wh counted`
  // Who dies at the last boundary has not seen it: what passed since the one before is for the next.
  const last = spans.at(-1)?.until ?? 0
  if (last < begins + (boundaries - 2) * halfHourMillis) problem ??= 'the last is not counted'
  return { calls: [...disk.calls], deaths, problem }
}

const deathsOf = (calls: ReturnType<typeof count6>['calls']): Death[] =>
  calls.flatMap((kind, index) => deathsAt[kind].map((how) => ({ call: index + 1, how })))
/** Writes everything anew each time. */
const anew = (journal: Journal): Journal => ({ ...journal, isLong: true })

test.each([
  ['appends', undefined],
  ['writes anew', anew],
])(
  'a meter whose book %s counts on after a death at any call, and what it counted stays',
  (_how, keeping) => {
    const whole = count6(undefined, keeping)
    expect(whole.problem).toBeUndefined()
    const deaths = deathsOf(whole.calls)
    expect(deaths.length).toBeGreaterThan(20)
    for (const death of deaths) {
      const lived = count6(death, keeping)
      expect([death, lived.deaths, lived.problem]).toEqual([death, 1, undefined])
    }
  },
)

test('one that counts on before its book is on the disk is found', () => {
  const found = [1, 2, 3, 4]
    .flatMap((call) => (['half', 'unsynced'] as const).map((how) => count6({ call, how }, behind)))
    .filter(({ problem }) => problem !== undefined)
  expect(found).not.toEqual([])
})
