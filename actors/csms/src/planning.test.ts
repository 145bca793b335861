import { readFileSync } from 'node:fs'
import { encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { httpClient, nodeCrypto, type HttpClient } from '@interlock/host'
import { instant, stationId, toBase64Url, unobserved, utf8 } from '@interlock/kernel'
import { fromChargingProfile, limitAt, type ChargingProfile } from '@interlock/power'
import { parseSigned } from '@interlock/seal'
import { importTariff } from '@interlock/seal/import-tariff.fixture'
import { tariffBytes } from '@interlock/tariff'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TestClock } from '@interlock/kernel/clock.fixture'
import { ofCsms } from '@interlock/host/identities.fixture'
import type { TestStation } from './fixture/station.fixture.ts'
import { csmsWorld, evening, meterEui, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let web: HttpClient
let csms: CsmsRunning
let clock: TestClock
let run = 0

beforeAll(async () => {
  world = await csmsWorld('planning')
  web = httpClient({
    identity: world.identities.identity('charging', ofCsms('web', 'web', 7)),
    trust: world.identities.trust('charging'),
    activity: unobserved,
  })
})
beforeEach(async () => {
  run += 1
  clock = world.clock()
  world.supervisor.refuse = undefined
  world.supervisor.roomWatts = Infinity
  world.supervisor.asked.length = 0
  world.supervisor.plans.length = 0
  world.supervisor.plansFrom = 0
  world.dcc.plans.length = 0
  world.publish(run * 10, nightPrices)
  csms = await world.start(clock, { data: `${world.dir}/run-${run}` })
  await csms.refreshTariffs()
})
afterEach(async () => {
  await csms.close()
  await world.wipe()
})
afterAll(async () => {
  await web.close()
  await world.close()
})

/** From 18:00: dear, but for an hour from 02:00. */
const nightPrices = Array.from({ length: 40 }, (_, n) => (n === 16 || n === 17 ? 5 : 30))
const at = (hours: number, minutes = 0) => instant(evening + (hours * 60 + minutes) * 60_000)
const soon = () => clock.advance(1_000)

function scheduleOf(station: TestStation, index = -1) {
  const { payload } = station.commands.at(index) ?? {}
  const { chargingProfile } = payload as { chargingProfile: ChargingProfile }
  const schedule = fromChargingProfile(chargingProfile)
  if (!schedule.ok) throw new Error(schedule.reason)
  return schedule.value
}
const documentOf = async (id: string) => {
  const { body } = await web.request('GET', `https://127.0.0.1:${csms.port}/api/v1/stations/${id}`)
  return body as {
    refused: { reason: string } | null
    schedule: unknown
    plan: unknown
    goal: unknown
  }
}

test('a plug-in is planned on the tariff, countersigned, and reaches the station signed by both', async () => {
  const station = await world.connect(csms, 'CS-1')
  await station.started(clock, `plan-${run}`, 1000)
  await soon()
  expect(station.commands).toHaveLength(1)
  const schedule = scheduleOf(station)
  expect(limitAt(schedule, at(1))).toBe(0)
  expect(limitAt(schedule, at(8, 30))).toBe(7000)
  expect(limitAt(schedule, at(9, 30))).toBe(0)

  const { signed } = station.commands[0] ?? {}
  const command = parseSigned(signed, 'SetChargingProfile')
  expect(command).toMatchObject({ ok: true, value: { role: 'csms', target: { evse: 1 } } })
  expect(command.ok && command.value.countersignature?.reservation).toMatch(/^reservation-/)
  expect(await documentOf('CS-1')).toMatchObject({
    refused: null,
    supplied: null,
    plan: { plannedWattHours: 7000, tariffVersion: run * 10 },
    goal: { source: 'usual' },
  })
})

test('the day-ahead plan is with both ledgers once the tariff is read, and on each new one', async () => {
  const { supervisor, dcc } = world
  expect(supervisor.plans).toHaveLength(1)
  expect(dcc.plans).toEqual(supervisor.plans)
  await csms.submitPlan()
  expect(supervisor.plans).toHaveLength(1)
  world.publish(run * 10 + 1, nightPrices)
  await csms.refreshTariffs()
  expect(supervisor.plans).toHaveLength(2)
})

test('a day that is closed to plans is left as it was accepted, also after a restart', async () => {
  const { supervisor } = world
  const daily = { stationId: 'CS-1', arrival: '20:00', departure: '07:00', energyWattHours: 7_000 }
  const restart = async () => {
    await csms.close()
    csms = await world.start(clock, { data: `${world.dir}/run-${run}`, expectedSessions: [daily] })
    await csms.refreshTariffs()
  }
  const days = () => [
    ...new Set(
      supervisor.plans.at(-1)?.windows.map(({ from }) => new Date(from).toISOString().slice(8, 10)),
    ),
  ]
  await restart()
  expect(days()).toEqual(['05', '06', '07'])
  await clock.advance(13 * 3_600_000)
  await csms.submitPlan()
  expect(days()).toEqual(['07'])
  // A new process does not know that it has planned before, and is told.
  supervisor.plansFrom = at(30)
  await restart()
  expect(days()).toEqual(['07'])
})

test('the supervisor is asked in the order of identities, whoever spoke first', async () => {
  const ids = ['CS-3', 'CS-1', 'CS-2']
  for (const id of ids) {
    const station = await world.connect(csms, id)
    await station.started(clock, `order-${run}`, 1000)
  }
  await soon()
  expect(world.supervisor.asked.map((each) => each.stationId)).toEqual(['CS-1', 'CS-2', 'CS-3'])
})

test('a refused countersignature is kept with its reason, shown, and tried again later', async () => {
  const station = await world.connect(csms, 'CS-1')
  world.supervisor.refuse = 'BudgetExceeded'
  await station.started(clock, `refused-${run}`, 1000)
  await soon()
  expect(station.commands).toEqual([])
  expect((await documentOf('CS-1')).refused?.reason).toBe('BudgetExceeded')
  world.supervisor.refuse = undefined
  await clock.advance(30 * 60_000 + 1_000)
  expect(station.commands).toHaveLength(1)
  expect((await documentOf('CS-1')).refused).toBeNull()
})

test('what the budget has no room for at full power is planned at half of it, and not refused', async () => {
  const station = await world.connect(csms, 'CS-1')
  world.supervisor.roomWatts = 4_000
  await station.started(clock, `smaller-${run}`, 1000)
  await soon()
  expect(station.commands).toHaveLength(1)
  const schedule = scheduleOf(station)
  expect(Math.max(...schedule.periods.map((period) => period.limitWatts))).toBe(3_500)
  expect(await documentOf('CS-1')).toMatchObject({
    refused: null,
    supplied: null,
    plan: { plannedWattHours: 7000 },
  })
  // It is enough, so full power is not asked for again.
  await clock.advance(30 * 60_000 + 1_000)
  expect(station.commands).toHaveLength(1)
})

test('a smaller plan that is too slow holds until there is room for full power', async () => {
  const station = await world.connect(csms, 'CS-1')
  const until = new Date(at(1, 30)).toISOString()
  world.supervisor.roomWatts = 4_000
  await station.started(clock, `slow-${run}`, 1000)
  await web.request('POST', `https://127.0.0.1:${csms.port}/api/v1/stations/CS-1/goal`, {
    departure: until,
    energyWattHours: 7_000,
  })
  await soon()
  expect(station.commands).toHaveLength(1)
  expect(await documentOf('CS-1')).toMatchObject({
    refused: null,
    supplied: null,
    plan: { shortfall: { reason: 'TooLittleTime' } },
  })
  world.supervisor.roomWatts = Infinity
  await clock.advance(30 * 60_000 + 1_000)
  expect(station.commands).toHaveLength(2)
  expect(limitAt(scheduleOf(station), at(1))).toBe(7_000)
})

test('a plan that stands is not given up for a slower one', async () => {
  const station = await world.connect(csms, 'CS-1')
  await station.started(clock, `stands-${run}`, 1000)
  await soon()
  world.supervisor.roomWatts = 4_000
  await web.request('POST', `https://127.0.0.1:${csms.port}/api/v1/stations/CS-1/goal`, {
    departure: new Date(at(11)).toISOString(),
    energyWattHours: 3_500,
  })
  await soon()
  expect(station.commands).toHaveLength(1)
  expect((await documentOf('CS-1')).refused?.reason).toBe('BudgetExceeded')
})

test('a refusal at the station’s gate is shown with the gate’s reason', async () => {
  const station = await world.connect(csms, 'CS-2')
  station.answer = { status: 'Rejected', statusInfo: { reasonCode: 'SignerRevoked' } }
  await station.started(clock, `gate-${run}`, 1000)
  await soon()
  expect((await documentOf('CS-2')).refused?.reason).toBe('SignerRevoked')
  expect((await documentOf('CS-2')).schedule).toBeNull()
})

test('an answer without the station’s signature counts for nothing', async () => {
  const station = await world.connect(csms, 'CS-2')
  station.signs = false
  await station.started(clock, `unsigned-${run}`, 1000)
  await soon()
  expect((await documentOf('CS-2')).refused?.reason).toBe('ReplyMalformed')
})

test('a driver’s goal is planned anew, and the same plan is not sent twice', async () => {
  const station = await world.connect(csms, 'CS-1')
  await station.started(clock, `goal-${run}`, 1000)
  await soon()
  const url = `https://127.0.0.1:${csms.port}/api/v1/stations/CS-1/goal`
  const goal = { departure: new Date(at(11)).toISOString(), energyWattHours: 3500 }
  expect((await web.request('POST', url, goal)).status).toBe(202)
  await soon()
  expect(station.commands).toHaveLength(2)
  expect(scheduleOf(station).until).toBe(at(11))
  expect((await web.request('POST', url, goal)).status).toBe(202)
  await soon()
  expect(station.commands).toHaveLength(2)
  const late = { ...goal, departure: new Date(at(-1)).toISOString() }
  expect((await web.request('POST', url, late)).status).toBe(400)
})

test('what a meter signs whose certificate is revoked is no tariff', async () => {
  const { identities, supervisor, meter, dir } = world
  await csms.close()
  supervisor.smartMeterCrl = identities.crl([meter.peer.serialHex], 2, 'smartMeter')
  const data = `${dir}/run-${run}`
  csms = await world.start(clock, { data })
  await world.connect(csms, 'CS-1')
  // Once the list is there.
  const trail = async (): Promise<string> => {
    await csms.refreshTariffs()
    return readFileSync(`${data}/audit.jsonl`, 'utf8')
  }
  await expect
    .poll(trail, { timeout: 20_000 })
    .toMatch(/"CertificateRevoked".*"kind":"AnswerRefused"/u)
  supervisor.smartMeterCrl = identities.crl([], 3, 'smartMeter')
})

test('a new tariff moves the charge', async () => {
  const station = await world.connect(csms, 'CS-1')
  await station.started(clock, `tariff-${run}`, 1000)
  await soon()
  world.publish(
    run * 10 + 1,
    Array.from({ length: 40 }, (_, n) => (n === 6 || n === 7 ? -4 : 30)),
  )
  await csms.refreshTariffs()
  await soon()
  expect(limitAt(scheduleOf(station), at(3, 30))).toBe(7000)
})

test('a tariff of registers and a calendar is planned on, to the half-hour in which it switches', async () => {
  const version = run * 10 + 1
  const document = tariffBytes({
    tariff: 'evening-hour',
    clock: 'Europe/London',
    versions: [
      {
        version,
        validFrom: '2026-01-01T00:00:00Z',
        validUntil: '2026-02-01T00:00:00Z',
        standingChargePencePerDay: 47.85,
        timeOfUse: {
          registers: [
            { register: 1, name: 'day', blocks: [{ pencePerKilowattHour: 30 }] },
            { register: 2, name: 'cheap', blocks: [{ pencePerKilowattHour: 5 }] },
          ],
          days: [
            {
              day: 1,
              switches: [
                { at: '00:00', register: 1 },
                { at: '21:00', register: 2 },
                { at: '22:00', register: 1 },
              ],
            },
          ],
          weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
          seasons: [{ name: 'all year', from: '01-01', week: 1 }],
        },
      },
    ],
  })
  world.dcc.tariff = signPreCommand(
    encodePreCommand({
      useCase: 'UpdateTariffDocument',
      originator: world.supplier.peer.eui,
      target: meterEui,
      counter: BigInt(version),
      version,
      document,
    }),
    world.supplier.key,
    nodeCrypto,
  )
  await csms.refreshTariffs()
  const station = await world.connect(csms, 'CS-1')
  await station.started(clock, `registers-${run}`, 1000)
  await soon()
  const schedule = scheduleOf(station)
  const limits = [at(2, 30), at(3, 30), at(4, 30)].map((each) => limitAt(schedule, each))
  expect(limits).toEqual([0, 7000, 0])
  expect(await documentOf('CS-1')).toMatchObject({ plan: { tariffVersion: version } })
})

test('a forged or older tariff is refused and the last good one kept', async () => {
  const url = `https://127.0.0.1:${csms.port}/api/v1/tariff`
  const shown = async () =>
    (await web.request('GET', url)).body as { version: number; notTaken: unknown }
  world.publish(run * 10 + 5, nightPrices, nodeCrypto.generateKey().key)
  await csms.refreshTariffs()
  expect(await shown()).toMatchObject({ version: run * 10, notTaken: 'TariffForged' })
  world.publish(run * 10 - 1, nightPrices)
  await csms.refreshTariffs()
  expect(await shown()).toMatchObject({ version: run * 10, notTaken: 'TariffOlder' })
  world.publish(run * 10 + 1, nightPrices)
  await csms.refreshTariffs()
  expect(await shown()).toMatchObject({ version: run * 10 + 1, notTaken: null, shownOther: null })
  // What the meter shows of a tariff of the standard's is compared; the signed one counts.
  const standard = importTariff(world.supplier.peer.eui, meterEui, BigInt(run * 10 + 3))
  world.dcc.tariff = signPreCommand(
    encodePreCommand(standard.command),
    world.supplier.key,
    nodeCrypto,
  )
  world.dcc.shown = standard.shown
  await csms.refreshTariffs()
  expect(await shown()).toMatchObject({ version: null, notTaken: null, shownOther: [] })
  world.dcc.shown = { ...standard.shown, standingCharge: 1, priceScale: -3 }
  await csms.refreshTariffs()
  expect(await shown()).toMatchObject({
    shownOther: ['standingCharge', 'priceScale'],
    prices: { 0: { pencePerKilowattHour: 21 } },
  })
})

test('a consumer’s trigger carries the digest of the arm and no countersignature', async () => {
  const station = await world.connect(csms, 'CS-1')
  const arm = toBase64Url(nodeCrypto.sha256(utf8('an arm')))
  const post = (action: string, body: object = { action, arm }) =>
    web.request('POST', `https://127.0.0.1:${csms.port}/api/v1/stations/CS-1/triggers`, body)
  expect(await post('start')).toMatchObject({ status: 200, body: { status: 'Accepted' } })
  expect((await post('stop')).status).toBe(409)
  await station.started(clock, `trigger-${run}`, 1000)
  station.answer = { status: 'Rejected', statusInfo: { reasonCode: 'NotArmed' } }
  expect(await post('stop')).toMatchObject({
    status: 200,
    body: { status: 'Rejected', reasonCode: 'NotArmed' },
  })
  const [start, stop] = station.commands.map(({ signed, action }) => parseSigned(signed, action))
  expect(start).toMatchObject({ ok: true, value: { armDigest: arm } })
  expect(start?.ok === true && start.value.countersignature).toBeUndefined()
  expect(stop).toMatchObject({ ok: true, value: { payload: { transactionId: `trigger-${run}` } } })
  expect(world.supervisor.asked).toEqual([])
  expect((await post('start', { action: 'start', arm: 'short' })).status).toBe(400)
  expect(csms.views.get(stationId('CS-1'))?.refused?.reason).toBe('NotArmed')
})
