import { readFileSync } from 'node:fs'
import { instant, stationId } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { started } from './fixture/station.fixture.ts'
import { csmsWorld, stationConfig, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning

beforeAll(async () => {
  world = await csmsWorld('transactions')
  const stations = ['CS-1', 'CS-2', 'CS-3', 'CS-4', 'CS-5'].map(stationConfig)
  csms = await world.start(world.clock(), { stations })
})
afterAll(async () => {
  await csms.close()
  await world.close()
})

const clock = { now: () => instant(Date.UTC(2026, 0, 5, 18)) }

test('a transaction event that comes again is acknowledged and counted once', async () => {
  const { endpoint } = await world.connect(csms, 'CS-1')
  const first = started(clock, 'T-1', 1000)
  const second = started(clock, 'T-1', 3500, 1)
  for (const event of [first, second, second, first]) {
    expect(await endpoint.call('TransactionEvent', event)).toEqual({})
  }
  expect(await csms.totals()).toEqual({ transactions: 1, energyWattHours: 2500 })
})

test('an event that no database could hold is refused by name', async () => {
  const { endpoint } = await world.connect(csms, 'CS-2')
  const outOfRange = [9e15, -1].map((seqNo) => started(clock, 'T-2', 1, seqNo))
  for (const event of [started(clock, 'T\u00002', 1), ...outOfRange])
    await expect(endpoint.call('TransactionEvent', event)).rejects.toMatchObject({
      code: 'PropertyConstraintViolation',
    })
})

test('without its database nothing is acknowledged, the process lives, and work goes on after it', async () => {
  const { endpoint } = await world.connect(csms, 'CS-3')
  const { cluster } = world.database
  await cluster.close()
  const event = started(clock, 'T-3', 100)
  await expect(endpoint.call('TransactionEvent', event)).rejects.toMatchObject({
    code: 'InternalError',
  })
  expect(csms.views.get(stationId('CS-3'))?.transaction).toBeUndefined()
  expect(await endpoint.call('Heartbeat', {})).toHaveProperty('currentTime')
  await expect(world.connect(csms, 'CS-4')).rejects.toMatchObject({ status: 503 })

  world.database.cluster = await world.startDatabase(cluster.port)
  const sentAgain = () =>
    endpoint.call('TransactionEvent', event).catch((cause: unknown) => {
      if (!(cause instanceof CallFailed)) throw cause
      return cause.code
    })
  await expect.poll(sentAgain, { timeout: 15_000 }).toEqual({})
  expect((await csms.totals()).transactions).toBe(2)
})

test('an end under a number that is used already is not lost, and is told', async () => {
  const { endpoint } = await world.connect(csms, 'CS-5')
  const station = stationId('CS-5')
  const updated = started(clock, 'T-REUSED', 2000, 1)
  const ended = { ...updated, eventType: 'Ended', triggerReason: 'EVDeparted' } as const
  for (const event of [started(clock, 'T-REUSED', 1000), updated])
    await endpoint.call('TransactionEvent', event)
  // Made offline or not, it is the same event.
  await endpoint.call('TransactionEvent', { ...updated, offline: true })
  expect(csms.views.get(station)?.transaction?.id).toBe('T-REUSED')
  const conflicts = () =>
    readFileSync(`${world.dir}/csms/audit.jsonl`, 'utf8')
      .split('\n')
      .filter((line) => line.includes('TransactionEventConflict'))
  expect(conflicts()).toEqual([])
  for (const event of [ended, ended, updated])
    expect(await endpoint.call('TransactionEvent', event)).toEqual({})
  const isOver = () => {
    const view = csms.views.get(station)
    return view?.transaction === undefined && view?.running.size === 0
  }
  expect(isOver()).toBe(true)
  expect(conflicts().map((line) => JSON.parse(line) as object)).toMatchObject([
    { data: { station, transaction: 'T-REUSED', seqNo: 1, eventType: 'Ended' } },
  ])
  endpoint.close()
  await endpoint.closed
  await csms.close()
  csms = await world.start(world.clock())
  expect(isOver()).toBe(true)
  const again = await world.connect(csms, 'CS-5')
  await again.endpoint.call('TransactionEvent', started(clock, 'T-REUSED', 1500, 9))
  expect(isOver()).toBe(true)
})

test('after a restart boots, running transactions, goals and schedules are known', async () => {
  const { endpoint } = await world.connect(csms, 'CS-4')
  const chargingStation = { vendorName: 'Test', model: 'One', firmwareVersion: '1.2' }
  await endpoint.call('BootNotification', { reason: 'PowerUp', chargingStation })
  const boot = csms.views.get(stationId('CS-4'))?.boot
  const before = await csms.totals()
  await csms.close()
  csms = await world.start(world.clock())
  expect(csms.views.get(stationId('CS-1'))?.transaction).toMatchObject({
    id: 'T-1',
    firstWattHours: 1000,
  })
  expect(await csms.totals()).toEqual(before)
  expect(boot).toMatchObject({ status: 'Accepted', said: { reason: 'PowerUp', model: 'One' } })
  expect(csms.views.get(stationId('CS-4'))?.boot).toEqual(boot)
})
