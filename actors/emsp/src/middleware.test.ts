import { expect, test } from 'vitest'
import type { EmspConfig } from './config.ts'
import { followings, speaksOfItsStations } from './middleware.ts'

const station = '00-00-00-00-00-00-00-01'
const ours = { name: 'acacia', organisation: '00-00-00-00-00-00-00-A1' }
const other = { name: 'birch', organisation: '00-00-00-00-00-00-00-B1' }
const config = {
  homes: [
    { feeder: 'f1', station, operator: ours.name },
    { feeder: 'f1', station: '00-00-00-00-00-00-00-02', operator: other.name },
  ],
  operators: [ours, other],
} as unknown as EmspConfig
type Author = Parameters<ReturnType<typeof speaksOfItsStations>>[0]
const csms = ({ organisation }: typeof ours, role = 'csms'): Author =>
  ({ role, organisation, eui: '00-00-00-00-00-00-00-C1' }) as unknown as Author
const topic = { region: 'NL', feeder: 'f1', kind: 'session', id: station } as const

test('attack: an operator whom we have a contract with speaks of sessions at another one’s station', () => {
  const [, sessions] = followings({
    contracts: [],
    config,
    told: {
      take: () => Promise.resolve(true),
      list: () => expect.fail(),
      prune: () => expect.fail(),
    },
    now: () => expect.fail(),
  })
  expect(sessions?.hears?.(csms(ours), topic)).toBe(true)
  expect(sessions?.hears?.(csms(other), topic)).toBe(false)
  // With its own stations alone it is heard there; of whom each station is decides, and not the contract.
  const moved = { ...config, homes: [{ feeder: 'f1', station, operator: other.name }] }
  expect(speaksOfItsStations(moved)(csms(other), topic)).toBe(true)
})

test('nobody is heard of a station that is in no home, nor an operator in another role', () => {
  const hears = speaksOfItsStations(config)
  expect(hears(csms(ours), { ...topic, id: '00-00-00-00-00-00-00-03' })).toBe(false)
  expect(hears(csms(ours, 'station'), topic)).toBe(false)
  expect(speaksOfItsStations({ operators: config.operators })(csms(ours), topic)).toBe(false)
})
