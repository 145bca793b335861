import { readFileSync } from 'node:fs'
import { httpClient, nodeCrypto } from '@interlock/host'
import { instant, stationId, unobserved } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { openDatabase } from '@interlock/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { after, runningMax } from './core/running.ts'
import { migrations, type CsmsTables } from './data/schema.ts'
import { transactionStore } from './data/transaction-events.ts'
import { ofCsms } from '@interlock/host/identities.fixture'
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
  await expect.poll(sentAgain).toEqual({})
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
  // What it says after the end counts as little now as after a restart; others under used numbers are told together.
  const shown = () => {
    const view = csms.views.get(station)
    return [view?.meterWattHours, view?.lastTransactionWattHours]
  }
  for (const wattHours of [9000, 9001, 9002]) {
    const [meterValue] = [started(clock, 'T-REUSED', wattHours).meterValue]
    await endpoint.call('TransactionEvent', { ...ended, ...(meterValue && { meterValue }) })
  }
  expect(shown()).toEqual([2000, 1000])
  expect(conflicts()).toHaveLength(1)
  endpoint.close()
  await endpoint.closed
  await csms.close()
  expect(conflicts().map((line) => JSON.parse(line) as object)).toMatchObject([
    {},
    { data: { station, count: 4, eventTypes: { Ended: 4 } } },
  ])
  csms = await world.start(world.clock())
  expect(isOver()).toBe(true)
  expect(shown()).toEqual([2000, 1000])
  const again = await world.connect(csms, 'CS-5')
  await again.endpoint.call('TransactionEvent', started(clock, 'T-REUSED', 1500, 9))
  expect(isOver()).toBe(true)
})

test('events that do not wait for the answers before are each made of those before', async () => {
  const { socket, endpoint } = await world.connect(csms, 'CS-2')
  const begun = started(clock, 'T-PIPED', 1000)
  await endpoint.call('TransactionEvent', begun)
  const { meterValue: _none, ...unread } = started(clock, 'T-PIPED', 0, 2)
  const events = [
    started(clock, 'T-PIPED', 6000, 1),
    { ...unread, eventType: 'Ended', triggerReason: 'EVDeparted' },
  ]
  for (const [at, event] of events.entries())
    socket.send(JSON.stringify([2, `piped-${at}`, 'TransactionEvent', event]))
  const energy = () => csms.views.get(stationId('CS-2'))?.lastTransactionWattHours
  await expect.poll(energy).toBe(5000)
  // Two that were made before the end and come after it, and one that another station says of its own.
  const late = { ...unread, seqNo: 4, evse: { id: 7 } }
  for (const event of [started(clock, 'T-PIPED', 8000, 3), late])
    await endpoint.call('TransactionEvent', event)
  expect(energy()).toBe(7000)
  const other = await world.connect(csms, 'CS-3')
  await other.endpoint.call('TransactionEvent', started(clock, 'T-PIPED', 50))
  const shown = () => {
    const view = csms.views.get(stationId('CS-2'))
    return [view?.meterWattHours, view?.lastEnded?.evseId?.value, view?.transaction?.id]
  }
  expect(shown()).toEqual([8000, 7, undefined])
  expect(csms.views.get(stationId('CS-3'))?.running.has('T-PIPED')).toBe(true)
  // When it ends the one that runs beside it is shown, by its own meter.
  const last = { ...started(clock, 'T-PIPED', 90_000, 1), eventType: 'Ended' } as const
  await other.endpoint.call('TransactionEvent', last)
  const beside = () => {
    const view = csms.views.get(stationId('CS-3'))
    return [view?.transaction?.id, view?.meterWattHours]
  }
  expect(beside()).toEqual(['T-3', 100])
  // A reading counts for it from its own EVSE alone, and not from the meter of the grid.
  const told = async (evseId: number, value: number) => {
    const meterValue = [{ timestamp: last.timestamp, sampledValue: [{ value }] }]
    await other.endpoint.call('MeterValues', { evseId, meterValue })
    return beside()
  }
  expect(await told(1, 150)).toEqual(['T-3', 150])
  expect(await told(0, 777_000)).toEqual(['T-3', 150])
  await csms.close()
  csms = await world.start(world.clock())
  expect(energy()).toBe(7000)
  expect(shown()).toEqual([8000, 7, undefined])
  expect(beside()).toEqual(['T-3', 100])
})

test('of more transactions than are held in memory each keeps what it has told, and the same are held after a restart', async () => {
  const { endpoint } = await world.connect(csms, 'CS-4')
  const view = () => csms.views.get(stationId('CS-4'))
  const later = (minutes: number) => ({ now: () => instant(clock.now() + minutes * 60_000) })
  const idToken = { idToken: 'DRIVER-1', type: 'Central' } as const
  const ids = Array.from({ length: runningMax + 2 }, (_, at) => `T-MANY-${at + 10}`)
  for (const [at, id] of ids.entries())
    await endpoint.call('TransactionEvent', { ...started(later(at), id, 1000), idToken })
  const [first = '', second = '', ...held] = ids
  expect([...(view()?.running.keys() ?? [])]).toEqual(held)
  expect(view()?.transaction?.id).toBe(held.at(-1))
  const { evse: _evse, meterValue: _none, ...rest } = started(later(99), first, 0, 1)
  const said = { ...rest, transactionInfo: { transactionId: first } }
  for (const event of [said, { ...said, seqNo: 2, eventType: 'Ended' } as const])
    await endpoint.call('TransactionEvent', event)
  const updated = { ...said, transactionInfo: { transactionId: second }, seqNo: 3 }
  await endpoint.call('TransactionEvent', updated)
  const running = () => [...(view()?.running.values() ?? [])]
  const before = running()
  expect(before.map(({ transactionId }) => transactionId)).toEqual(held)
  await csms.close()
  csms = await world.start(world.clock())
  expect(running()).toEqual(before)
  const { db, close } = await openDatabase<CsmsTables>(
    world.database.cluster.url('csms'),
    migrations,
  )
  const kept = transactionStore(db, nodeCrypto)
  const told = { firstWattHours: 1000, evseId: { value: 1 }, begunWith: { value: idToken } }
  expect(await kept.find('CS-4', first)).toMatchObject({ ...told, endedAt: later(99).now() })
  expect(await kept.find('CS-4', second)).toMatchObject({ ...told, endedAt: undefined })
  // It was kept, and the answer did not come: the station says it again.
  const lost = started(later(200), 'T-LOST', 3000)
  const at = later(200).now()
  await kept.add({
    stationId: 'CS-4',
    transactionId: 'T-LOST',
    seqNo: 0,
    at,
    eventType: 'Started',
    registerWattHours: 3000,
    message: JSON.stringify(lost),
    head: after(undefined, lost, at, { lowest: 3000, highest: 3000 }),
  })
  await close()
  const again = await world.connect(csms, 'CS-4')
  expect(view()?.running.has('T-LOST')).toBe(false)
  await again.endpoint.call('TransactionEvent', lost)
  expect(view()?.transaction).toMatchObject({ id: 'T-LOST', startedAt: at, firstWattHours: 3000 })
  again.endpoint.close()
  await again.endpoint.closed
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

test('with a tariff the cost is in the answers, is kept, and is told to a station that is silent (I01.FR.02, I02.FR.01, I03.FR.02, I06.FR.02)', async () => {
  const time = world.clock()
  const identity = world.identities.identity('charging', ofCsms('reader', 'web', 0x51))
  const trust = world.identities.trust('charging')
  const reader = httpClient({ identity, trust, activity: unobserved })
  const prices = [
    { from: '00:00', pencePerKilowattHour: 30 },
    { from: '18:03', pencePerKilowattHour: 40 },
  ]
  const version = { version: 7, validFrom: '2026-01-01T00:00:00Z', prices }
  const priced = await world.start(time, {
    stations: ['CS-6'].map(stationConfig),
    costs: {
      currency: 'GBP',
      clock: 'Europe/London',
      updateSeconds: 60,
      versions: [{ ...version, sessionFeePence: 50, idleFeePencePerMinute: 10 }],
    },
  })
  try {
    const { endpoint } = await world.connect(priced, 'CS-6')
    const told: unknown[] = []
    endpoint.handle('CostUpdated', (request) => {
      told.push(request)
      return {}
    })
    let transactionId = 'T-6'
    const event = (
      seqNo: number,
      wattHours: number,
      chargingState: 'Charging' | 'SuspendedEV' = 'Charging',
    ) => {
      const one = started(time, transactionId, wattHours, seqNo)
      return { ...one, transactionInfo: { transactionId, chargingState } }
    }
    const say = (request: ReturnType<typeof event>) => endpoint.call('TransactionEvent', request)
    expect(await say(event(0, 1_000))).toEqual({})
    const late = event(1, 2_000)
    const shown = {
      variable: { name: 'Enabled', instance: 'Tariff' },
      variableAttribute: [{ value: 'true' }],
    }
    const idToken = { idToken: 'DRIVER-1', type: 'Central' } as const
    const accepted = { status: 'Accepted' }
    expect(await endpoint.call('Authorize', { idToken })).toEqual({ idTokenInfo: accepted })
    await endpoint.call('NotifyReport', {
      requestId: 1,
      generatedAt: late.timestamp,
      seqNo: 0,
      reportData: [{ component: { name: 'TariffCostCtrlr' }, ...shown }],
    })
    const personalMessage = {
      format: 'UTF8',
      language: 'en',
      content:
        'GBP 0.30 per kWh until 18:03, then GBP 0.40. GBP 0.50 for each charge. ' +
        'GBP 0.10 for each minute plugged in after charging.',
    }
    expect(await endpoint.call('Authorize', { idToken })).toEqual({
      idTokenInfo: { ...accepted, personalMessage },
    })
    await time.advance(30_000)
    const second = event(2, 3_000, 'SuspendedEV')
    expect(await say(second)).toEqual({ totalCost: 1.1 })
    expect(await say(second)).toEqual({ totalCost: 1.1 })
    expect(told).toEqual([])
    await time.advance(121_000)
    await expect.poll(() => told).toContainEqual({ totalCost: 1.2, transactionId: 'T-6' })
    const ended = { ...event(3, 3_000, 'SuspendedEV'), eventType: 'Ended' as const }
    for (const _twice of [1, 2]) expect(await say(ended)).toEqual({ totalCost: 1.3 })
    expect(priced.views.get(stationId('CS-6'))?.cost).toMatchObject({
      totalCost: 1.3,
      idleMinutes: 2,
      tariffVersion: 7,
      final: true,
    })
    // One that comes after the end has its place before it.
    expect(await say(late)).toEqual({ totalCost: 1.3 })
    const url = `https://127.0.0.1:${priced.port}/api/v1/stations/CS-6/transactions`
    const cost = {
      currency: 'GBP',
      energyPence: '60',
      feesPence: '70',
      totalCost: 1.3,
      final: true,
    }
    for (const path of [url, `${url}/T-6`]) {
      const { body } = await reader.request('GET', path)
      expect(path === url ? (body as { items: unknown[] }).items[0] : body).toMatchObject({ cost })
    }
    // Half a minute before the price changes, and half a minute after.
    transactionId = 'T-7'
    expect(await say(event(0, 5_000))).toEqual({})
    await time.advance(60_000)
    const content = 'GBP 0.40 per kWh until 00:00, then GBP 0.30.'
    expect(await say(event(1, 6_000))).toEqual({
      totalCost: 0.85,
      updatedPersonalMessage: { format: 'UTF8', language: 'en', content },
    })
  } finally {
    await reader.close()
    await priced.close()
  }
})
