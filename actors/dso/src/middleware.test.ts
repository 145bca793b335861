import type { Received } from '@interlock/topics'
import { expect, test } from 'vitest'
import { contractTopics, followings } from './middleware.ts'

/** @param TM when the register was read @param more what else the meter has signed of it */
const recordOf = (TM: string, more: object = {}): string =>
  `OCMF|${JSON.stringify({ PG: 'F1', RD: [{ TM, RV: 7 }], ...more })}|{"SD":"00"}`
const halfPast = '2026-01-12T20:30:00,120+0000 S'

function open() {
  const done: string[] = []
  const heard = (kind: string) => ({
    take: () => done.push(`${kind} taken`) > 0,
    of: () => [],
    drop: () => {},
    close: () => {},
  })
  const [loads, halfHours] = followings(
    { loads: heard('load'), halfHours: heard('half-hour') },
    { keep: () => void done.push('proved') },
  )
  const read = (record: string) => halfHours?.handle({ payload: { record } } as unknown as Received)
  return { done, loads, read }
}

test('what homes say is taken and can be proved; what providers say of loads is taken', async () => {
  const { done, loads, read } = open()
  await loads?.handle({} as Received)
  await read(recordOf(halfPast))
  expect(done).toEqual(['load taken', 'half-hour taken', 'proved'])
})

test.each([
  ['of a charge', recordOf(halfPast, { PG: 'T1' }), 'NamesSomebody'],
  ['with somebody’s card', recordOf(halfPast, { ID: '04A1B2C3D4E5F6', IS: true }), 'NamesSomebody'],
  ['finer than half-hours', recordOf('2026-01-12T20:15:00,000+0000 S'), 'NoHalfHour'],
  ['of no time', recordOf('yesterday'), 'NoHalfHour'],
  ['that no meter has signed', 'nothing of the kind', 'NotOcmf'],
])('attack: a record %s is not kept, whoever sends it', (_, record, reason) => {
  const { done, read } = open()
  expect(() => read(record)).toThrow(
    expect.objectContaining({ code: 'MessageUnfit', message: expect.stringContaining(reason) }),
  )
  expect(done).toEqual([])
})

test('the load of a feeder is heard only where it is reported; what may be drawn is said of each', () => {
  const contracts = [{ provider: 'acacia', contractedWatts: 1 }]
  const feeders = [
    { group: 'summed', chargers: [], contracts },
    { group: 'reported', reported: true, contracts },
  ].map((each) => ({ ratedWatts: 1, history: '', ...each }))
  const providers = [{ name: 'acacia', pinned: { org: '02-00-00-00-00-00-00-01' } }] as never
  const feedersOf = (kind: 'load' | 'capacity') =>
    contractTopics(kind, { region: 'GB', feeders }, providers).map(({ feeder }) => feeder)
  expect(feedersOf('load')).toEqual(['reported'])
  expect(feedersOf('capacity')).toEqual(['summed', 'reported'])
})
