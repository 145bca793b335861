import { expect, test } from 'vitest'
import { demandWhole, type DsoConfig } from './config.ts'

const middleware = {
  accessPoint: 'https://broker.test',
  keys: 'https://keys.test',
  keyServer: '02-00-00-00-00-00-00-09',
}
const config = {
  providers: [],
  feeders: [{ group: 'feeder-1', ratedWatts: 60_000, history: 'history.json', contracts: [] }],
} as unknown as DsoConfig
const homesOf = (feeder: string) => [{ feeder, station: '00-00-00-00-00-00-00-01' }]

test('a feeder whose chargers are summed is not reported besides', () => {
  const feedersOf = (more: object) => config.feeders.map((each) => ({ ...each, ...more }))
  const chargers = ['00-00-00-00-00-00-00-01']
  for (const one of [{ chargers }, { reported: true }, { chargers, reported: false }])
    expect(() => demandWhole({ ...config, middleware, feeders: feedersOf(one) })).not.toThrow()
  expect(() => demandWhole({ ...config, feeders: feedersOf({ chargers }) })).toThrow(
    /feeder-1: its chargers have nowhere to be heard/,
  )
  const feeders = feedersOf({ chargers, reported: true })
  expect(() => demandWhole({ ...config, middleware, feeders })).toThrow(
    /feeder-1: its chargers are summed, so nothing may be reported of it/,
  )
})

test('homes that nothing can be heard of, or of a feeder that is not there, are refused', () => {
  const homes = homesOf('feeder-1')
  expect(() => demandWhole({ ...config, middleware, homes })).not.toThrow()
  expect(() => demandWhole({ ...config, homes: [] })).not.toThrow()
  expect(() => demandWhole({ ...config, homes })).toThrow(/homes have nowhere to be heard/)
  expect(() => demandWhole({ ...config, middleware, homes: homesOf('elsewhere') })).toThrow(
    /elsewhere, which is not in feeders/,
  )
})
