import { connectFrames, proofMillisMax, silentLog, type FrameSocket } from '@interlock/host'
import { inHours, toBase64, unobserved, utf8 } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { station as stationEui } from './fixture/parties.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'
import { startTestStation } from './fixture/station.fixture.ts'
import { until } from './fixture/until.fixture.ts'
import { countedHours } from './link-refusals.ts'

test('the charger is given the time when it links', async () => {
  const { clock, station } = await scene()
  expect(station.of('time')).toEqual([{ kind: 'time', at: clock.now() }])
  await clock.advance(15 * 60_000)
  expect(station.of('time')).toHaveLength(2)
})

test('whoever lacks the install code neither links nor ends the charger’s link', async () => {
  const { clock, llcs, station } = await scene()
  await expect(
    startTestStation(llcs.port, clock, 'the code of another home'),
  ).rejects.toMatchObject({ code: 'PeerUnavailable' })
  expect(llcs.connected().station).toBe(true)
  expect(await station.tell({ kind: 'heartbeat', at: clock.now() })).toMatchObject({ kind: 'ack' })
})

test('a greeting that is none ends the connection', async () => {
  const { llcs } = await scene()
  // The last is whole, and of a charger that is not this home's.
  const other = JSON.stringify({ station: 'other', nonce: toBase64(new Uint8Array(16)) })
  for (const greeting of ['{}', '[', `{"station":"${stationEui}","nonce":"AAAA"}`, other]) {
    let open = true
    const socket = await stranger(llcs.port)
    socket.onClose(() => (open = false))
    const answer = await socket.request(utf8(greeting)).catch(() => new Uint8Array())
    expect(answer).toHaveLength(0)
    await until(() => !open, 'the end')
  }
})

test('whoever takes every place without the install code keeps no charger out, and is closed in time', async () => {
  const wall = testClock(start)
  const { clock, llcs, station } = await scene({}, {}, wall)
  const closed: Promise<void>[] = []
  for (let place = 1; place < placesMax; place += 1) {
    const socket = await greeted(llcs.port)
    closed.push(new Promise((resolve) => socket.onClose(resolve)))
  }
  expect(await station.tell({ kind: 'heartbeat', at: clock.now() })).toMatchObject({ kind: 'ack' })
  const again = await startTestStation(llcs.port, clock)
  // The one that had come first has made room.
  await closed[0]
  await wall.advance(proofMillisMax)
  await Promise.all(closed)
  await wall.advance(2 * proofMillisMax)
  expect(await again.tell({ kind: 'heartbeat', at: clock.now() })).toMatchObject({ kind: 'ack' })
  expect(wall.armed('proof')).toBe(false)
  again.close()
})

test('forged frames end their connection each, leave the charger’s, and fill no audit trail', async () => {
  const { clock, llcs, station, recorded } = await scene()
  for (let time = 1; time <= 5; time += 1) {
    const socket = await greeted(llcs.port)
    const closed = new Promise<void>((resolve) => socket.onClose(resolve))
    // Of many at once the first alone is looked at.
    for (let frame = 1; frame <= 9; frame += 1)
      void socket.request(new Uint8Array(64)).catch(() => {})
    await closed
  }
  const refused = () => recorded('LinkRefused').map(({ data }) => data)
  expect(refused()).toEqual([{ reason: 'LinkMac' }])
  expect(await station.tell({ kind: 'heartbeat', at: clock.now() })).toMatchObject({ kind: 'ack' })
  await clock.advance(inHours(countedHours))
  expect(refused().slice(1)).toEqual([{ reason: 'LinkMac', more: 4 }])
  // Another hour without any, and the next is told at once.
  await clock.advance(inHours(countedHours))
  for (let time = 1; time <= 3; time += 1) {
    const socket = await greeted(llcs.port)
    const closed = new Promise<void>((resolve) => socket.onClose(resolve))
    await socket.request(new Uint8Array(64)).catch(() => {})
    await closed
  }
  expect(refused().slice(2)).toEqual([{ reason: 'LinkMac' }])
  await llcs.close()
  expect(refused().slice(3)).toEqual([{ reason: 'LinkMac', more: 2 }])
})

test('messages that only an LLCS sends are not accepted from the charger', async () => {
  const { clock, station } = await scene()
  const answer = await station.tell({ kind: 'time', at: clock.now() })
  expect(answer).toMatchObject({ kind: 'ack', reason: 'Unexpected' })
})

test('a charger whose clock differs is heard, and that is a security event', async () => {
  const { clock, station, happenings } = await scene()
  const skews = () => happenings.filter(({ reason }) => reason === 'LinkClockSkew')
  await station.tell({ kind: 'heartbeat', at: clock.now() - 10_000 })
  expect(skews()).toEqual([])
  for (const by of [-10_001, 10_001])
    expect(await station.tell({ kind: 'heartbeat', at: clock.now() + by })).toMatchObject({
      kind: 'ack',
    })
  expect(skews()).toHaveLength(2)
})

/** Of a listener. */
const placesMax = 64
/** Somebody on the network of the home. */
const stranger = (port: number) =>
  connectFrames({ host: '127.0.0.1', port, activity: unobserved, log: silentLog })
/** The greeting needs no code; once it is answered, the LLCS has begun to wait for the proof. */
async function greeted(port: number): Promise<FrameSocket> {
  const socket = await stranger(port)
  const hello = { station: stationEui, nonce: toBase64(new Uint8Array(16)) }
  await socket.request(utf8(JSON.stringify(hello)))
  return socket
}
