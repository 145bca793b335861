import { instant, seeded } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { crossing, pathAt, type PathModel } from './path-model.ts'

const now = instant(Date.parse('2026-01-05T18:00:00Z'))
const path = (more: Partial<PathModel> = {}): PathModel => ({
  p50Millis: 1_000,
  p99Millis: 4_000,
  lossPercent: 0,
  tries: 1,
  retryMillis: 500,
  outages: [],
  ...more,
})
const outage = { from: '2026-01-05T17:59:00Z', until: '2026-01-05T18:00:01Z' }
const times = (model: PathModel, count: number) => {
  const entropy = seeded('paths')
  return Array.from({ length: count }, () => crossing(model, now, entropy))
}

test('half of the messages take as long as the median, one in a hundred as long as the percentile', () => {
  const taken = times(path(), 20_000).map(({ afterMillis }) => afterMillis)
  const share = (millis: number) => taken.filter((each) => each > millis).length / taken.length
  expect(share(1_000)).toBeCloseTo(0.5, 1)
  expect(share(4_000)).toBeGreaterThan(0.007)
  expect(share(4_000)).toBeLessThan(0.013)
})

test('a message is lost as often as its tries allow, and each try takes its time', () => {
  const half = { lossPercent: 50 }
  const lost = (tries: number) =>
    times(path({ ...half, tries }), 10_000).filter(({ arrives }) => !arrives).length / 10_000
  expect(lost(1)).toBeCloseTo(0.5, 1)
  expect(lost(3)).toBeCloseTo(0.125, 1)
  const [never] = times(path({ lossPercent: 100, tries: 3 }), 1)
  expect(never).toEqual({ arrives: false, afterMillis: 1_000 })
})

test('nothing passes during an outage, and a try that falls after it does', () => {
  const [during] = times(path({ outages: [outage] }), 1)
  expect(during).toEqual({ arrives: false, afterMillis: 0 })
  const [later] = times(path({ outages: [outage], tries: 3, p50Millis: 0, p99Millis: 0 }), 1)
  expect(later).toEqual({ arrives: true, afterMillis: 1_000 })
})

test('where the wide area is out, what goes over broadband arrives', () => {
  const broadband = path({ p50Millis: 20 })
  expect(pathAt([path({ outages: [outage] }), broadband], now)).toBe(broadband)
  const wideArea = path()
  expect(pathAt([wideArea, broadband], now)).toBe(wideArea)
  const dead = path({ outages: [outage] })
  expect(pathAt([dead, path({ outages: [outage] })], now)).toBe(dead)
})
