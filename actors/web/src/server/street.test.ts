import { millis } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createHappenings } from './happenings.ts'
import { createLoads } from './load-history.ts'
import { changedRows, createStreetWatch } from './street-watch.ts'
import { parseStations } from './street.ts'
import { fakeStation, homes, movedClock, startTestWeb, Visitor } from './web.fixture.ts'

const driver = { name: 'driver', roles: ['driver'], stations: ['acacia-12'] } as const
const operator = { name: 'operator', roles: ['operator'], stations: [] } as const

test('the CSMS’s answer is read with care: times in either form, odd rows left out', () => {
  const rows = parseStations(
    [
      fakeStation('acacia-12', { until: '2026-01-05T18:00:00Z', powerWatts: Number.NaN }),
      fakeStation('unlisted', { until: 5, llcs: null }),
      { powerWatts: 3 },
      'nonsense',
    ],
    homes,
  )
  expect(rows).toMatchObject([
    { place: '12 Acacia Avenue', until: Date.parse('2026-01-05T18:00:00Z'), powerWatts: 0 },
    { place: 'unlisted', until: 5, hasLlcs: false },
  ])
  expect(parseStations({ not: 'a list' }, homes)).toEqual([])
})

test('what is not a happening is not shown', () => {
  const happenings = createHappenings()
  for (const value of [null, 'x', {}, { at: 1, actor: 'csms', kind: 'unheard-of' }]) {
    happenings.take(value)
  }
  happenings.take({ at: 1, actor: 'csms', kind: 'attack', data: { nested: {}, text: 'ok' } })
  expect(happenings.recent(operator)).toEqual([
    { at: 1, actor: 'csms', kind: 'attack', data: { text: 'ok' } },
  ])
})

test('a driver hears of the own home and of the grid', () => {
  const happenings = createHappenings()
  const refusal = { at: 1, actor: 'csms', kind: 'refusal' }
  happenings.take({ ...refusal, station: 'acacia-12' })
  happenings.take({ ...refusal, station: 'acacia-14' })
  happenings.take({ at: 1, actor: 'supervisor', kind: 'security' })
  happenings.take({ at: 1, actor: 'llcs', kind: 'frequency', data: { hertz: 50 } })
  happenings.take({ at: 2, actor: 'llcs', kind: 'frequency', data: { hertz: 50 } })
  happenings.take({ at: 1001, actor: 'llcs', kind: 'frequency', data: { hertz: 50 } })
  expect(happenings.recent(driver).map(({ kind, at }) => [kind, at])).toEqual([
    ['refusal', 1],
    ['frequency', 1],
    ['frequency', 1001],
  ])
  expect(happenings.recent(operator)).toHaveLength(5)
})

test('a frequency of unknown age is shown only where none is told as it is measured', () => {
  const happenings = createHappenings()
  const told = (at: number, actor: string) =>
    happenings.take({ at, actor, kind: 'frequency', data: { hertz: 50 } })
  told(1_000, 'csms')
  told(2_000, 'grid')
  told(3_000, 'csms')
  told(4_000, 'grid')
  expect(happenings.recent(driver).map(({ actor }) => actor)).toEqual(['csms', 'grid', 'grid'])
})

test('what was drawn before is told of the chargers that a person may see', () => {
  const loads = createLoads()
  const rows = [
    { stationId: 'acacia-12', powerWatts: 7000 },
    { stationId: 'acacia-14', powerWatts: 3000 },
  ]
  loads.take(1, rows)
  loads.take(1, [])
  expect(loads.seenBy(operator)).toEqual([{ at: 1, watts: 10_000 }])
  expect(loads.seenBy(driver)).toEqual([{ at: 1, watts: 7000 }])
})

test('a home that is named by its LLCS is known by its charger', () => {
  const happenings = createHappenings(homes)
  const data = { llcs: homes[0]?.target ?? '', phase: 'granted' }
  happenings.take({ at: 1, actor: 'dcc', kind: 'arm', data })
  expect(happenings.recent(driver)).toMatchObject([{ station: 'acacia-12' }])
})

test('the street is asked for only while somebody looks', async () => {
  const { clock, move } = movedClock()
  let asked = 0
  const watch = createStreetWatch({
    wall: clock,
    rows: async () => {
      asked++
      return []
    },
    onFailure: () => {},
  })
  await move(10_000)
  expect(asked).toBe(0)
  const stop = watch.watch(() => {})
  await move(0)
  await move(1_000)
  expect(asked).toBe(2)
  stop()
  await move(10_000)
  expect(asked).toBe(2)
})

test('a street that cannot be read is asked for again', async () => {
  const { clock, move } = movedClock()
  const failures: unknown[] = []
  let asked = 0
  const seen: unknown[] = []
  const watch = createStreetWatch({
    wall: clock,
    rows: async () => {
      if (asked++ === 0) throw new Error('not yet')
      return []
    },
    onFailure: (error) => failures.push(error),
  })
  watch.watch((rows) => seen.push(rows))
  await move(millis(0))
  await move(1_000)
  expect([failures.length, seen.length]).toEqual([1, 1])
  watch.close()
})

test('only rows that changed are sent again', () => {
  const changed = changedRows<{ stationId: string; watts: number }>(new Map())
  const a = { stationId: 'a', watts: 1 }
  const b = { stationId: 'b', watts: 1 }
  expect(changed([a, b])).toEqual([a, b])
  expect(changed([a, { ...b, watts: 2 }])).toEqual([{ stationId: 'b', watts: 2 }])
})

test('the stream tells what was, what is and what comes; and ends with the session', async () => {
  const web = await startTestWeb()
  try {
    const at = Date.now()
    const refusal = { at, actor: 'csms', kind: 'refusal', reason: 'Unsigned' } as const
    web.neighbours.happen({ ...refusal, station: 'acacia-12' })
    web.neighbours.happen({ ...refusal, station: 'acacia-14' })
    const visitor = new Visitor(web.consoleUrl)
    await visitor.signIn('driver')
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(`${web.consoleUrl}/api/events`, { headers: { cookie } })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('event: street')) text += (await reader?.read())?.value ?? ''
    expect(text.match(/event: happening/g)).toHaveLength(1)
    expect(text).not.toContain('acacia-14')
    web.neighbours.happen({ ...refusal, reason: 'Replayed', station: 'acacia-12' })
    while (!text.includes('Replayed')) text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
  } finally {
    await web.close()
  }
})
