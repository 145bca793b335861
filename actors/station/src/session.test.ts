import { feederSumRules, limits } from '@interlock/contract'
import { checkConfig, silentLog, systemClock, temporaryDir } from '@interlock/host'
import { inHours, inMinutes, plus, seeded, toBase64, toIso, unobserved } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFrom, profileOf } from './fixture/commands.fixture.ts'
import { testClock } from '@interlock/kernel/clock.fixture'
import { crypto } from './fixture/parties.fixture.ts'
import { car, night, scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'
import { StationConfig, startStation } from './index.ts'

const entropy = { bytes: (length: number) => new Uint8Array(length), below: () => 0 }
const token = { ...car, idToken: 'GUEST' }
const never = () => new Promise<never>(() => {})

test('a session is reported from cable to cable, with energy, power and frequency', async () => {
  const { clock, csms, station } = await scene({ entropy })
  await station.hardware.frequency({ at: clock.now(), hertz: 49.98 })
  station.hardware.plugIn(car)
  await clock.advance(inHours(1))
  station.hardware.unplug()
  await until(() => csms.sent('TransactionEvent').at(-1)?.eventType === 'Ended', 'the last event')
  const events = csms.sent('TransactionEvent')
  expect(events.map((event) => event.seqNo)).toEqual(events.map((_, at) => at))
  expect(events[0]).toMatchObject({ eventType: 'Started', triggerReason: 'CablePluggedIn' })
  expect(events.filter((event) => event.triggerReason === 'MeterValuePeriodic')).toHaveLength(4)
  expect(events.at(-1)?.meterValue?.[0]?.sampledValue).toMatchObject([
    { measurand: 'Energy.Active.Import.Register', value: 7_000 },
    { measurand: 'Power.Active.Import', value: 0 },
    { measurand: 'Frequency', value: 49.98 },
  ])
  expect(station.observe().meterWattHours).toBe(7_000)
})

test('the console is told the state in the charger’s own terms', async () => {
  const { csms, station, clock } = await scene({ entropy })
  station.hardware.plugIn(car)
  const last = () => csms.sent('DataTransfer').at(-1)
  await until(
    () => (last()?.data as { state?: string } | undefined)?.state === 'Charging',
    'the state',
  )
  expect(last()).toMatchObject({
    vendorId: 'org.interlock',
    messageId: 'State',
    data: {
      why: 'Fallback',
      setPointWatts: 7_400,
      powerWatts: 7_000,
      override: null,
      summed: false,
    },
  })
  expect(clock.now()).toBe(night)
})

test('a charger that masks its readings for a sum says so with its state', async () => {
  const nowhere = 'https://127.0.0.1:1'
  const { csms } = await scene({
    entropy,
    config: {
      middleware: { accessPoint: nowhere, keys: nowhere, keyServer: '02-00-00-00-00-00-00-09' },
      sums: { dso: '02-00-00-00-00-00-00-08' },
    },
  })
  await until(() => csms.sent('DataTransfer').length > 0, 'the state')
  expect(csms.sent('DataTransfer').at(-1)).toMatchObject({
    messageId: 'State',
    data: { summed: true },
  })
})

test('after ten seconds without an answer the stored rule applies', async () => {
  const { clock, station } = await scene({
    entropy,
    before: (csms) => (csms.answers.Authorize = never),
  })
  station.hardware.plugIn(token)
  expect(station.observe()).toMatchObject({ setPointWatts: 0, waitingFor: 'Authorisation' })
  await clock.advance(limits.authorisationWaitMillis)
  expect(station.observe().setPointWatts).toBe(7_400)
  expect(station.decisions()[0]).toMatchObject({ decision: 'applied', reason: 'StoredRuleApplied' })
})

test('an answer held back and then given starts nothing, nor with a supplier’s word; a gesture does', async () => {
  let release = () => {}
  const { clock, csms, llcs, station } = await scene({
    entropy,
    config: { storedRule: 'wait' },
    before: (csms) => {
      csms.answers.Authorize = () =>
        new Promise((resolve) => {
          release = () => resolve({ idTokenInfo: { status: 'Accepted' } })
        })
    },
  })
  station.hardware.plugIn(token)
  await until(() => csms.sent('Authorize').length > 0, 'the question')
  await clock.advance(limits.authorisationWaitMillis)
  release()
  await until(() => station.decisions().length > 0, 'the late answer')
  expect(station.decisions()[0]).toMatchObject({ reason: 'LateAnswerIgnored' })
  const now = clock.now()
  const arm = armFrom(now, { use: 'ActivateLoad', until: plus(now, inHours(24)) })
  await llcs.tell({ kind: 'arm', preCommand: toBase64(arm.bytes) })
  const payload = { evseId: 1, remoteStartId: 1, idToken: { idToken: 'GUEST', type: 'ISO14443' } }
  const trigger = csms.signed('RequestStartTransaction', payload, { armDigest: arm.digest })
  expect(await csms.command('RequestStartTransaction', trigger)).toMatchObject({
    status: 'Accepted',
  })
  await clock.advance(inMinutes(30))
  expect(station.observe().setPointWatts).toBe(0)
  station.hardware.press('start')
  expect(station.observe().setPointWatts).toBe(7_400)
})

test('a refused token does not start; an answer that turns Invalid does not stop', async () => {
  const { clock, csms, station } = await scene({
    entropy,
    before: (csms) => {
      csms.answers.Authorize = () => ({ idTokenInfo: { status: 'Invalid' } })
      csms.answers.TransactionEvent = () => ({ idTokenInfo: { status: 'Blocked' } })
    },
  })
  station.hardware.plugIn(token)
  await until(() => station.observe().waitingFor === undefined, 'the refusal')
  await clock.advance(inMinutes(30))
  expect(station.observe().setPointWatts).toBe(0)
  station.hardware.unplug()
  station.hardware.plugIn(car)
  const kept = () => station.decisions().some((each) => each.reason === 'OwnersChargeKept')
  await until(kept, 'the answer')
  expect(station.observe().powerWatts).toBe(7_000)
  await until(() => csms.sent('SecurityEventNotification').length > 0, 'the security event')
})

test('a rejected boot keeps charging, and nothing is sent meanwhile', async () => {
  const { clock, csms, station } = await scene({
    entropy,
    before: (csms) => {
      const currentTime = toIso(night)
      csms.answers.BootNotification = () => ({ currentTime, interval: 60, status: 'Rejected' })
    },
  })
  station.hardware.plugIn(car)
  await clock.advance(1_000)
  expect(station.observe().powerWatts).toBe(7_000)
  expect(csms.sent('TransactionEvent')).toEqual([])
  csms.answers.BootNotification = () => ({
    currentTime: toIso(clock.now()),
    interval: 3_600,
    status: 'Accepted',
  })
  await clock.advance(60_000)
  await until(() => csms.sent('TransactionEvent').length > 0, 'the queued events')
  expect(csms.sent('TransactionEvent')[0]).toMatchObject({ seqNo: 0, offline: true })
})

test('losing CSMS and LLCS changes nothing, and what happened meanwhile is kept', async () => {
  const { clock, csms, llcs, station } = await scene({ entropy })
  station.hardware.plugIn(car)
  await until(() => csms.sent('TransactionEvent').length > 0, 'the first event')
  await Promise.all([csms.close(), llcs.close()])
  await until(() => !station.connected().csms && !station.connected().llcs, 'the silence')
  await clock.advance(inHours(1))
  expect(station.observe().powerWatts).toBe(7_000)
})

test('a loss of power and a restart resume the schedule where it stands', async () => {
  const to = await scene({ entropy })
  await to.countersigned('SetChargingProfile', profileOf(night, 3_000))
  to.station.hardware.plugIn(car)
  await to.clock.advance(inHours(1))
  const before = to.station.observe()
  await to.restart()
  expect(to.station.observe()).toEqual(before)
  await to.clock.advance(inHours(1))
  expect(to.station.observe()).toMatchObject({ meterWattHours: 6_000, why: 'Fallback' })
  await until(() => to.station.connected().csms, 'the CSMS')
  const seqNos = () => to.csms.sent('TransactionEvent').map((event) => event.seqNo)
  await until(() => seqNos().length > 9, 'the events')
  expect([...new Set(seqNos())]).toEqual([...new Set(seqNos()).keys()])
})

test('a random delay that was running when power failed runs on', async () => {
  const to = await scene({ entropy: { ...entropy, below: () => 100 } })
  to.station.hardware.plugIn(car)
  await to.clock.advance(40_000)
  await to.restart()
  await to.clock.advance(59_000)
  expect(to.station.observe().setPointWatts).toBe(0)
  await to.clock.advance(1_000)
  expect(to.station.observe().setPointWatts).toBe(7_400)
})

test('two chargers with one seed decide alike', async () => {
  const runs = []
  for (let run = 0; run < 2; run++) {
    const { clock, station } = await scene({ entropy: seeded('same') })
    station.hardware.plugIn(car)
    await clock.advance(inMinutes(20))
    station.hardware.press('stop')
    runs.push(JSON.stringify(station.decisions()))
  }
  expect(runs[0]).toBe(runs[1])
})

test('another gate is for a lab only', async () => {
  const data = temporaryDir('interlock-station-lab')
  const config = checkConfig(
    'test',
    {
      actor: 'station-1',
      name: 'Station 1',
      region: 'GB-EAST',
      data,
      stationId: 'station-1',
      eui: '02-00-00-01-00-00-00-01',
      organisation: '02-00-00-00-00-00-00-03',
      evses: [{ id: 1, ratingWatts: 7_400, phases: 1 }],
      fuseWatts: 9_200,
      siteWatts: 14_000,
      csms: { profile2Url: 'wss://127.0.0.1:1/ocpp', profile3Url: 'wss://127.0.0.1:1/ocpp' },
      trust: {},
    },
    StationConfig,
  )
  const deps = {
    clock: testClock(night),
    wall: systemClock,
    activity: unobserved,
    entropy,
    crypto,
    log: silentLog,
  }
  const open = () => {
    throw new Error('never asked')
  }
  await expect(startStation(config, { ...deps, gate: open })).rejects.toMatchObject({
    code: 'LabOnly',
  })
  await expect(
    startStation(config, { ...deps, answers: (charger) => ({ charger }) }),
  ).rejects.toMatchObject({ code: 'LabOnly' })
  await expect(
    startStation(config, { ...deps, sumRules: { ...feederSumRules, honestMin: 1 } }),
  ).rejects.toMatchObject({ code: 'LabOnly' })
  await expect(startStation(config, deps)).rejects.toMatchObject({ code: 'SecretMissing' })
})
