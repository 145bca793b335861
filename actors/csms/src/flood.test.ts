import { readFileSync } from 'node:fs'
import { systemClock } from '@interlock/host'
import { stationId } from '@interlock/kernel'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { testClock } from '@interlock/kernel/clock.fixture'
import { started, type TestStation } from './fixture/station.fixture.ts'
import { csmsWorld, type CsmsWorld } from './fixture/world.fixture.ts'
import { brokenFramesMax } from './ocpp/refused-frames.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
const wall = testClock(systemClock.now())
const open: TestStation[] = []

beforeAll(async () => {
  world = await csmsWorld('flood')
  const { ocpp } = world.config()
  const pace = { burst: 100, perSecond: 200 }
  csms = await world.start(world.clock(), { ocpp: { ...ocpp, pace } }, wall)
})
afterEach(async () => {
  for (const station of open.splice(0)) station.endpoint.close()
})
afterAll(async () => {
  await csms.close()
  await world.close()
})

const connect = async (id: string): Promise<TestStation> => {
  const station = await world.connect(csms, id)
  open.push(station)
  return station
}
const refusedFrames = (id: string): unknown[] =>
  readFileSync(`${world.dir}/csms/audit.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; data: Record<string, unknown> })
    .filter(({ kind, data }) => kind === 'FrameRefused' && data['station'] === id)
    .map(({ data }) => data)

test('five thousand frames that cannot be read end the connection, and are one line of audit', async () => {
  const { socket } = await connect('CS-1')
  const closed = new Promise((resolve) => socket.onClose(resolve))
  for (let at = 0; at < 5_000; at += 1) socket.send('not JSON')
  expect(await closed).toBe(1008)
  await expect.poll(() => csms.sessions.has(stationId('CS-1'))).toBe(false)
  expect(refusedFrames('CS-1')).toEqual([
    { station: 'CS-1', count: brokenFramesMax, codes: { RpcFrameworkError: brokenFramesMax } },
  ])
})

test('fewer a minute leave it open, with a line for each minute', async () => {
  const { socket, endpoint } = await connect('CS-2')
  for (const _minute of [1, 2, 3]) {
    for (let at = 1; at < brokenFramesMax; at += 1) socket.send('not JSON')
    await endpoint.call('Heartbeat', {})
    await wall.advance(60_000)
  }
  const line = { station: 'CS-2', count: brokenFramesMax - 1 }
  expect(refusedFrames('CS-2')).toMatchObject([line, line, line])
})

test('a station that sends a queue faster than it is read loses nothing and stays connected', async () => {
  const { endpoint } = await connect('CS-3')
  const clock = { now: () => systemClock.now() }
  for (let seqNo = 0; seqNo < 300; seqNo += 1)
    await endpoint.call('TransactionEvent', started(clock, 'long-ago', seqNo, seqNo))
  expect((await csms.totals()).transactions).toBe(1)
  expect(refusedFrames('CS-3')).toEqual([])
}, 240_000)
