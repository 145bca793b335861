import { silentLog } from '@interlock/host'
import { instant, type Clock } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { cappedFindings, findingsPerMinuteMax } from './capped-findings.ts'

test('a middleware that lies all the time fills no trail, and the next minute is told of again', () => {
  let now = instant(1_000_000)
  const wall: Clock = { now: () => now, after: () => ({ cancel: () => {} }) }
  const left: object[] = []
  let told = 0
  const log = { ...silentLog, warn: (fields: object) => void left.push(fields) }
  const find = cappedFindings(() => void told++, { wall, log })
  const topic = { region: 'eastern', feeder: 'f1', kind: 'load', id: 'one' } as const
  for (let i = 0; i < 500; i++) find({ reason: 'SealRepeated', topic })
  expect(told).toBe(findingsPerMinuteMax)
  now = instant(now + 60_000)
  find({ reason: 'SealRepeated', topic })
  expect(told).toBe(findingsPerMinuteMax + 1)
  expect(left).toEqual([{ left: 500 - findingsPerMinuteMax }])
})
