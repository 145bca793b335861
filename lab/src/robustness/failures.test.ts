import { expect, test } from 'vitest'
import { filesRefusal } from './fleet.ts'
import { holdFailures } from './hold.ts'
import { killFailures } from './kill.ts'
import { stormFailures } from './storm.ts'

const used = { peakMebibytes: 500, processorSeconds: 10, restMebibytes: 400 }

test('a station that is lost in a storm, or held and not alive, is told', () => {
  const alive = { stations: 60, sessions: 60, answered: 60, reached: 60, ...used }
  const stormed = { ...alive, secondsToBoot: 3, refusedConnections: 0 }
  const held = { ...alive, secondsToConnect: 3, secondsOfRollCall: 1 }
  expect(stormFailures(stormed)).toEqual([])
  expect(stormFailures({ ...stormed, sessions: 61, reached: 59 })).toEqual([
    'the CSMS has 61 sessions of 60',
    'the CSMS reaches 59 of 60',
  ])
  expect(holdFailures(held)).toEqual([])
  expect(holdFailures({ ...held, answered: 59 })).toEqual(['59 of 60 were answered'])
})

test('an event that a kill loses, alters or doubles is told, and so is a kill of nothing', () => {
  const kept = { lost: 0, altered: 0, doubled: 0, open: 0, misjudged: 0 }
  const good = { kills: 1, stations: 20, transactions: 21, acknowledged: 80, startMillisMax: 900 }
  const failures = (change: object) => killFailures({ ...good, ...kept, ...change })
  expect(failures({})).toEqual([])
  for (const fault of ['lost', 'altered', 'doubled', 'open', 'misjudged'])
    expect(failures({ [fault]: 1 }), fault).toHaveLength(1)
  expect(failures({ acknowledged: 20, transactions: 19 })).toEqual([
    '20 events of 20 stations were acknowledged: no load',
    '19 transactions of 20 stations are in the database',
  ])
})

test('a process that may not have so many files open is told what to do', () => {
  const refusal = filesRefusal('1024', 10_512)
  expect(refusal?.message).toBe('a process may open 1024 files here, and 10512 are needed')
  expect(refusal?.remedy).toContain('ulimit -Hn 10512')
  expect(filesRefusal('unlimited', 10_512)).toBeUndefined()
  expect(filesRefusal('10512', 10_512)).toBeUndefined()
})
