import { connectFrames, proofMillisMax, silentLog } from '@interlock/host'
import { toBase64, unobserved, utf8 } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { station as stationEui } from './fixture/parties.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'
import { startTestStation } from './fixture/station.fixture.ts'
import { until } from './fixture/until.fixture.ts'

test('the charger is given the time when it links', async () => {
  const { clock, station } = await scene()
  expect(station.of('time')).toEqual([{ kind: 'time', at: clock.now() }])
  await clock.advance(15 * 60_000)
  expect(station.of('time')).toHaveLength(2)
})

test('whoever lacks the install code neither links nor ends the charger’s link', async () => {
  const { clock, llcs, station } = await scene()
  const intruder = await startTestStation(llcs.port, clock, 'the code of another home')
  expect(intruder.heard).toEqual([])
  intruder.close()
  expect(llcs.connected().station).toBe(true)
  expect(await station.tell({ kind: 'heartbeat', at: clock.now() })).toMatchObject({ kind: 'ack' })
})

test('a greeting that is none ends the connection', async () => {
  const { llcs } = await scene()
  for (const greeting of ['{}', '[', '{"station":"other","nonce":"AAAA"}']) {
    let open = true
    const socket = await stranger(llcs.port)
    socket.onClose(() => (open = false))
    await socket.request(utf8(greeting)).catch(() => {})
    await until(() => !open, 'the end')
  }
})

test('whoever takes every place without the install code makes room in time, and the charger stays', async () => {
  const wall = testClock(start)
  const { clock, llcs, station } = await scene({}, {}, wall)
  const closed: Promise<void>[] = []
  for (let place = 1; place < placesMax; place += 1) {
    const socket = await stranger(llcs.port)
    closed.push(new Promise((resolve) => socket.onClose(resolve)))
    // The greeting needs no code; once it is answered, the LLCS has begun to wait for the proof.
    const hello = { station: stationEui, nonce: toBase64(new Uint8Array(16)) }
    await socket.request(utf8(JSON.stringify(hello)))
    if (place === 1) await socket.request(utf8('sealed by no key'))
  }
  await expect(startTestStation(llcs.port, clock)).rejects.toMatchObject({
    code: 'PeerUnavailable',
  })
  await wall.advance(proofMillisMax - 1)
  await expect(startTestStation(llcs.port, clock)).rejects.toMatchObject({
    code: 'PeerUnavailable',
  })
  await wall.advance(1)
  await Promise.all(closed)
  expect(await station.tell({ kind: 'heartbeat', at: clock.now() })).toMatchObject({ kind: 'ack' })
  const again = await startTestStation(llcs.port, clock)
  await wall.advance(2 * proofMillisMax)
  expect(await again.tell({ kind: 'heartbeat', at: clock.now() })).toMatchObject({ kind: 'ack' })
  expect(wall.armed('proof')).toBe(false)
  again.close()
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
