import { connectFrames, silentLog } from '@interlock/host'
import { unobserved, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { scene } from './fixture/scene.fixture.ts'
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
    const socket = await connectFrames({
      host: '127.0.0.1',
      port: llcs.port,
      activity: unobserved,
      log: silentLog,
    })
    socket.onClose(() => (open = false))
    await socket.request(utf8(greeting)).catch(() => {})
    await until(() => !open, 'the end')
  }
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
