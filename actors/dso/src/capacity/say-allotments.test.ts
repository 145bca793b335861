import { sealedTopic, type Topic } from '@interlock/contract'
import { silentLog } from '@interlock/host'
import { instant, ok, refused, type Instant } from '@interlock/kernel'
import type { CapacityForecast } from '@interlock/oscp'
import { expect, test } from 'vitest'
import { allotmentOf, sayAllotments } from './say-allotments.ts'

const begin = instant(1_800_000_000_000)
const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'capacity', id: 'A' }
const forecast = (...watts: number[]): readonly CapacityForecast[] => {
  const blocks = watts.map((capacity, i) => ({
    capacity,
    phase: 'ALL' as const,
    unit: 'W' as const,
    from: instant(begin + i * 900_000),
    until: instant(begin + (i + 1) * 900_000),
  }))
  return [
    { group: 'f1', type: 'FALLBACK_CONSUMPTION', blocks: blocks.slice(0, 1) },
    { group: 'f1', type: 'CONSUMPTION', blocks },
  ]
}

/** Time that the test moves half a minute at a time. */
function saying(isOpen: () => boolean) {
  let now: Instant = begin
  let next = (): void => {}
  const said: { at: number; payload: unknown }[] = []
  const publish = (_topic: Topic, payload: unknown) => {
    if (!isOpen()) return Promise.resolve(refused('MiddlewareAway'))
    said.push({ at: now - begin, payload })
    return Promise.resolve(ok(undefined))
  }
  const clock = {
    now: () => now,
    after: (_delay: number, _label: string, work: () => void | Promise<void>) => {
      next = () => void work()
      return { cancel: () => (next = () => {}) }
    },
  }
  const allotments = sayAllotments({ publish }, { clock, wall: clock, log: silentLog }, 'test')
  return {
    allotments,
    said,
    pass: async (seconds: number) => {
      for (let i = 0; i < seconds / 30; i++) {
        now = instant(now + 30_000)
        next()
        await Promise.resolve()
        await Promise.resolve()
      }
    },
  }
}

test('the same blocks as by OSCP are said, and nothing where there are none', () => {
  expect(allotmentOf(forecast(5, 6))).toEqual({ from: begin, watts: [5, 6] })
  expect(allotmentOf(forecast(5, 6).slice(0, 1))).toBeUndefined()
  expect(allotmentOf([])).toBeUndefined()
})

test('what is offered is said at once, and again within the silence that its topic allows, until it is over', async () => {
  const { allotments, said, pass } = saying(() => true)
  allotments.offer(topic, forecast(5, 6))
  expect(said).toEqual([{ at: 0, payload: { from: begin, watts: [5, 6] } }])
  await pass(1_800)
  const silence = sealedTopic('capacity')?.silenceMillis ?? 0
  const gaps = said.slice(1).map(({ at }, i) => at - (said[i]?.at ?? 0))
  expect(gaps.length).toBeGreaterThan(3)
  expect(Math.max(...gaps)).toBeLessThan(silence)
  const count = said.length
  await pass(1_800)
  expect(said).toHaveLength(count)
})

test('what could not be said is tried again, the latest alone; the same offered anew is not said twice', async () => {
  let isOpen = false
  const { allotments, said, pass } = saying(() => isOpen)
  allotments.offer(topic, forecast(5))
  allotments.offer(topic, forecast(6))
  await pass(60)
  expect(said).toEqual([])
  isOpen = true
  await pass(30)
  allotments.offer(topic, forecast(6))
  await pass(30)
  expect(said.map(({ payload }) => payload)).toEqual([{ from: begin, watts: [6] }])
  allotments.offer(topic, forecast(7))
  expect(said).toHaveLength(2)
  allotments.close()
  await pass(900)
  expect(said).toHaveLength(2)
})
