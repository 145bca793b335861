import { expect, test } from 'vitest'
import type { ContractConfig, EmspConfig } from './config.ts'
import { followings, isOfOurs, speaksOfItsStations } from './middleware.ts'

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
    proofs: { keep: () => expect.fail() },
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

const contracts = [{ uid: '04A2B3' }] as unknown as readonly ContractConfig[]
const read = (record: string) => isOfOurs(contracts, { transaction: 't', record })
const recordOf = (card: string): string => `OCMF|{"PG":"T1","ID":"${card}","RD":[]}|{"SD":"00"}`

test('records of our drivers’ cards are ours, those of other people’s are not', () => {
  expect(read(recordOf('04a2b3'))).toBe(true)
  expect(read(recordOf('99'))).toBe(false)
})

test.each(['OCMF|', 'OCMF|{"PG":1}|{}', 'nothing of the kind'])(
  'what no meter can have signed is unfit, and not somebody else’s: %s',
  (record) => {
    expect(() => read(record)).toThrow(expect.objectContaining({ code: 'MessageUnfit' }))
  },
)
