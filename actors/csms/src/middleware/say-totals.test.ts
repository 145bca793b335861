import { silentLog } from '@interlock/host'
import { instant, ok, refused, unobserved, type Instant, type Outcome } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import type { SignedCharge } from './half-hours-due.ts'
import { sayTotals } from './say-totals.ts'

const hours = (text: string, count: number): Instant =>
  instant(Date.parse(`${text}T00:00:00Z`) + count * 3_600_000)

/** @param longAt entries at which what is kept is written anew */
function memory(longAt: number): Journal {
  let kept: unknown[] = []
  return {
    entries: () => structuredClone(kept),
    append: (entry) => void kept.push(structuredClone(entry)),
    get isLong() {
      return kept.length >= longAt
    },
    rewrite: (entries) => void (kept = structuredClone([...entries])),
    close: () => {},
  }
}

/** One station that uses 7,000 Wh each morning, and time that stands until the test moves it. */
function saying(journal = memory(Infinity)) {
  const world = {
    now: hours('2026-01-30', 10),
    isThere: true,
    running: false,
    answer: ok(undefined) as Outcome<unknown, string>,
  }
  const said: string[] = []
  const morning = (from: Instant): SignedCharge => ({
    startedAt: instant(from + 3_600_000),
    endedAt: world.running ? undefined : instant(from + 2 * 3_600_000),
    registers: [
      { at: instant(from + 3_600_000), wattHours: 1_000 },
      { at: instant(from + 2 * 3_600_000), wattHours: 8_000 },
    ],
  })
  const totals = sayTotals(
    {
      stations: ['CS-1'],
      isThere: () => world.isThere,
      chargesOf: (_station, from) => Promise.resolve([morning(from)]),
      publish(_station, purpose, { from, until, wattHours }) {
        const [first, last] = [from, until].map((at) => new Date(at).toISOString().slice(0, 10))
        if (world.answer.ok) said.push(`${purpose} ${first}/${last} ${wattHours}`)
        return Promise.resolve(world.answer)
      },
      journal,
    },
    {
      clock: { now: () => world.now, after: () => ({ cancel: () => {} }) },
      activity: unobserved,
      log: silentLog,
    },
    'test',
  )
  const lookAt = async (now: Instant) => {
    world.now = now
    await totals.look()
  }
  return { world, said, lookAt }
}

test('a day is said once it is over and signed through, and none from before the first start', async () => {
  const { world, said, lookAt } = saying()
  await lookAt(hours('2026-01-30', 10))
  await lookAt(hours('2026-01-30', 23.9))
  expect(said).toEqual([])
  world.running = true
  await lookAt(hours('2026-01-31', 0.1))
  Object.assign(world, { running: false, isThere: false })
  await lookAt(hours('2026-01-31', 0.2))
  expect(said).toEqual([])
  world.isThere = true
  for (const hour of [0.3, 0.4]) await lookAt(hours('2026-01-31', hour))
  expect(said).toEqual(['daily 2026-01-30/2026-01-31 7000'])
})

test('a month is said whole or not at all, after a restart and a journal that was written anew too', async () => {
  const journal = memory(20)
  await saying(journal).lookAt(hours('2026-01-30', 10))
  const said: string[] = []
  for (let day = 1; day <= 30; day++) {
    const restarted = saying(journal)
    await restarted.lookAt(hours('2026-01-30', 24 * day + 1))
    said.push(...restarted.said)
  }
  expect(said.filter((each) => each.startsWith('daily'))).toHaveLength(30)
  // Of January two days are known.
  expect(said.filter((each) => each.startsWith('monthly'))).toEqual([
    'monthly 2026-02-01/2026-03-01 196000',
  ])
})

test('what nobody may read is told to nobody later; what could not be said is said within two days', async () => {
  const { world, said, lookAt } = saying()
  await lookAt(hours('2026-01-30', 10))
  world.answer = refused('SealNotForUs')
  await lookAt(hours('2026-01-31', 1))
  world.answer = refused('MiddlewareAway')
  for (const day of [1, 2, 3]) await lookAt(hours('2026-01-31', 24 * day + 1))
  world.answer = ok(undefined)
  await lookAt(hours('2026-01-31', 24 * 3 + 2))
  expect(said).toEqual(['daily 2026-02-01/2026-02-02 7000', 'daily 2026-02-02/2026-02-03 7000'])
})
