import { hashPassword, httpClient, type HttpClient, type HttpResponse } from '@interlock/host'
import { instant, toIso, unobserved } from '@interlock/kernel'
import type { ChargingProfileType, Endpoint, Request } from '@interlock/ocpp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TestClock } from '@interlock/kernel/clock.fixture'
import { ofCsms } from '@interlock/host/identities.fixture'
import { started, testStation } from './fixture/station.fixture.ts'
import { csmsWorld, stationConfig, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let clock: TestClock
let maintainer: HttpClient
let reader: HttpClient
const open: Endpoint[] = []
const password = 'a-password-of-a-station'
const hour = 3_600_000
/** Without a meter, whose tariff would be asked for every few minutes of the days that pass here. */
const { meter: _none, ...meterless } = stationConfig('CS-1')

beforeAll(async () => {
  world = await csmsWorld('profiles')
  clock = world.clock()
  const passwordHash = await hashPassword(password)
  const ids = Array.from({ length: 9 }, (_, at) => `CS-${at + 1}`)
  csms = await world.start(clock, {
    stations: ids.map((id) => ({
      ...meterless,
      stationId: id,
      eui: stationConfig(id).eui,
      trustMode: 'standard',
      passwordHash,
      evses: [1, 2],
    })),
  })
  const clientOf = (name: string, role: 'maintainer' | 'web', number: number) => {
    const subject = ofCsms(name, role, number)
    const identity = world.identities.identity('charging', subject)
    return httpClient({ identity, trust: world.identities.trust('charging'), activity: unobserved })
  }
  maintainer = clientOf('operator', 'maintainer', 0x50)
  reader = clientOf('reader', 'web', 0x51)
})
beforeEach(() => {
  world.supervisor.refuse = undefined
})
afterEach(async () => {
  for (const endpoint of open.splice(0)) {
    endpoint.close()
    await endpoint.closed
  }
})
afterAll(async () => {
  await maintainer.close()
  await reader.close()
  await csms.close()
  await world.close()
})

const url = (path: string): string => `https://127.0.0.1:${csms.port}/api/v1${path}`
const command = (id: string, action: string, body: object): Promise<HttpResponse> =>
  maintainer.request('POST', url(`/stations/${id}/commands/${action}`), body)
const known = async (id: string): Promise<{ chargingProfile: ChargingProfileType }[]> => {
  const { body } = await reader.request('GET', url(`/stations/${id}/profiles`))
  return (body as { items: { chargingProfile: ChargingProfileType }[] }).items
}
const knownIds = async (id: string): Promise<number[]> =>
  (await known(id)).map(({ chargingProfile }) => chargingProfile.id)
const connect = async (id: string): Promise<Endpoint> => {
  const basic = { user: id, password }
  const port = csms.ocppPorts.profile2
  const { endpoint } = await testStation(world.identities, { port, id, basic })
  endpoint.handle('SetChargingProfile', () => ({ status: 'Accepted' }))
  endpoint.handle('ClearChargingProfile', () => ({ status: 'Accepted' }))
  open.push(endpoint)
  return endpoint
}

const profile = (id: number, more: Partial<ChargingProfileType> = {}): ChargingProfileType => ({
  id,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [
    {
      id,
      chargingRateUnit: 'A',
      startSchedule: toIso(clock.now()),
      duration: 3_600,
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }],
    },
  ],
  ...more,
})
const install = (id: string, chargingProfile: ChargingProfileType) =>
  command(id, 'SetChargingProfile', { evseId: 1, chargingProfile })

test('a profile that the station does not have is not one of it any longer', async () => {
  const endpoint = await connect('CS-1')
  await install('CS-1', profile(1))
  await install('CS-1', profile(2, { stackLevel: 1 }))
  endpoint.handle('ClearChargingProfile', () => ({ status: 'Unknown' }))
  await command('CS-1', 'ClearChargingProfile', { chargingProfileId: 9 })
  expect(await knownIds('CS-1')).toEqual([1, 2])
  await command('CS-1', 'ClearChargingProfile', { chargingProfileId: 1 })
  expect(await knownIds('CS-1')).toEqual([2])
  await command('CS-1', 'ClearChargingProfile', { chargingProfileCriteria: { stackLevel: 1 } })
  expect(await knownIds('CS-1')).toEqual([])
})

test('a profile of a transaction goes with it, and no other', async () => {
  const endpoint = await connect('CS-2')
  await endpoint.call('TransactionEvent', started(clock, 'tx-2', 100))
  const ofTransaction = { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-2' } as const
  await install('CS-2', profile(1, ofTransaction))
  await install('CS-2', profile(2))
  expect(await knownIds('CS-2')).toEqual([1, 2])
  const ended: Request<'TransactionEvent'> = {
    ...started(clock, 'tx-2', 200, 1),
    eventType: 'Ended',
    triggerReason: 'EVDeparted',
  }
  await endpoint.call('TransactionEvent', ended)
  expect(await knownIds('CS-2')).toEqual([2])
  await endpoint.call('TransactionEvent', ended)
  expect(await knownIds('CS-2')).toEqual([2])
})

test('K01.FR.06, K01.FR.39: a profile whose slot another one holds is refused before it leaves', async () => {
  const endpoint = await connect('CS-9')
  const sent = sentTo(endpoint)
  await endpoint.call('TransactionEvent', started(clock, 'tx-9', 100))
  const own = { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-9' } as const
  const answerTo = async (id: number, more: Partial<ChargingProfileType> = {}): Promise<unknown> =>
    (await install('CS-9', profile(id, more))).body
  const taken = { status: 'Refused', reasonCode: 'DuplicateProfile' }
  const accepted = { status: 'Accepted' }
  expect(await answerTo(1, { validTo: inHours(2) })).toMatchObject(accepted)
  expect(await answerTo(2)).toMatchObject(taken)
  expect(await answerTo(2, { validTo: inHours(1) })).toMatchObject(taken)
  // The same one anew, another level, or another time.
  expect(await answerTo(1, { validTo: inHours(1) })).toMatchObject(accepted)
  expect(await answerTo(2, { stackLevel: 1 })).toMatchObject(accepted)
  expect(await answerTo(3, { validFrom: inHours(1), validTo: inHours(2) })).toMatchObject(accepted)
  expect(await answerTo(4, own)).toMatchObject(accepted)
  expect(await answerTo(5, own)).toMatchObject(taken)
  expect(sent.map(({ id }) => id)).toEqual([1, 1, 2, 3, 4])
  // What is over holds no slot.
  await clock.advance(2 * hour)
  expect(await answerTo(6)).toMatchObject(accepted)
})

const start = (remoteStartId: number, chargingProfile?: ChargingProfileType) => ({
  remoteStartId,
  evseId: 1,
  idToken: { idToken: 'DRIVER-1', type: 'Central' },
  ...(chargingProfile === undefined ? {} : { chargingProfile }),
})
const startedBy = (transactionId: string, remoteStartId: number) => {
  const event = started(clock, transactionId, 100)
  return { ...event, transactionInfo: { ...event.transactionInfo, remoteStartId } }
}
const ofStart = { chargingProfilePurpose: 'TxProfile' } as const

test('a profile that comes with a start is known when its transaction begins, not before', async () => {
  const endpoint = await connect('CS-3')
  endpoint.handle('RequestStartTransaction', () => ({ status: 'Accepted' }))
  await command('CS-3', 'RequestStartTransaction', start(7, profile(3, ofStart)))
  expect(await known('CS-3')).toEqual([])
  await endpoint.call('TransactionEvent', startedBy('tx-3', 7))
  expect(await known('CS-3')).toMatchObject([
    { evseId: 1, chargingProfile: { id: 3, transactionId: 'tx-3' } },
  ])
})

test('the transaction may be told before the start is answered', async () => {
  const endpoint = await connect('CS-4')
  endpoint.handle('RequestStartTransaction', async () => {
    await endpoint.call('TransactionEvent', startedBy('tx-4', 8))
    return { status: 'Accepted' }
  })
  await command('CS-4', 'RequestStartTransaction', start(8, profile(4, ofStart)))
  expect(await knownIds('CS-4')).toEqual([4])
})

test('a start that was refused, or came later without a profile, brings none', async () => {
  const endpoint = await connect('CS-5')
  endpoint.handle('RequestStartTransaction', () => ({ status: 'Rejected' }))
  await command('CS-5', 'RequestStartTransaction', start(9, profile(5, ofStart)))
  await endpoint.call('TransactionEvent', startedBy('tx-5', 9))
  expect(await known('CS-5')).toEqual([])
  endpoint.handle('RequestStartTransaction', () => ({ status: 'Accepted' }))
  await command('CS-5', 'RequestStartTransaction', start(10, profile(6, ofStart)))
  await command('CS-5', 'RequestStartTransaction', start(10))
  await endpoint.call('TransactionEvent', startedBy('tx-6', 10))
  expect(await known('CS-5')).toEqual([])
})

const daily = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' } as const
const inHours = (hours: number): string => toIso(instant(clock.now() + hours * hour))
const sentTo = (endpoint: Endpoint): ChargingProfileType[] => {
  const sent: ChargingProfileType[] = []
  endpoint.handle('SetChargingProfile', ({ chargingProfile }) => {
    sent.push(chargingProfile)
    return { status: 'Accepted' }
  })
  return sent
}

test('a recurring profile stands for a day, and is asked for and sent again before it ends', async () => {
  const sent = sentTo(await connect('CS-6'))
  const asked = world.supervisor.asked.length
  const installed = clock.now()
  await install('CS-6', profile(6, daily))
  expect(sent).toMatchObject([{ id: 6, validTo: inHours(24) }])
  expect(await known('CS-6')).toMatchObject([{ wanted: { id: 6, recurrencyKind: 'Daily' } }])
  await clock.advance(22 * hour)
  expect(sent).toHaveLength(1)
  await clock.advance(1.5 * hour)
  expect(sent).toHaveLength(2)
  expect(world.supervisor.asked.length).toBe(asked + 2)
  expect(Date.parse(sent[1]?.validTo ?? '')).toBeGreaterThan(installed + 46 * hour)
  await command('CS-6', 'ClearChargingProfile', { chargingProfileId: 6 })
  await clock.advance(24 * hour)
  expect(sent).toHaveLength(2)
})

test('a renewal that the supervisor refuses is not sent, and one has an end if it was asked for', async () => {
  const sent = sentTo(await connect('CS-7'))
  const asked = world.supervisor.asked.length
  const validTo = inHours(26)
  await install('CS-7', profile(7, { ...daily, validTo }))
  world.supervisor.refuse = 'BudgetExceeded'
  await clock.advance(24.5 * hour)
  expect(sent).toHaveLength(1)
  expect(world.supervisor.asked.length).toBeGreaterThan(asked + 1)
  world.supervisor.refuse = undefined
  await clock.advance(hour)
  expect(sent).toMatchObject([{ id: 7 }, { id: 7, validTo }])
})

test('more variables than a station takes at once are asked for in turn and answered as one', async () => {
  const endpoint = await connect('CS-8')
  const asked: number[] = []
  endpoint.handle('GetVariables', ({ getVariableData }) => {
    asked.push(getVariableData.length)
    return {
      getVariableResult: getVariableData.map((each) => ({
        ...each,
        attributeStatus: 'Accepted',
        attributeValue: '2',
      })),
    }
  })
  const of = (name: string, instance: string) => ({
    component: { name: 'DeviceDataCtrlr' },
    variable: { name, instance },
  })
  const items = of('ItemsPerMessage', 'GetVariables')
  const others = ['GetReport', 'SetVariables'].map((each) => of('ItemsPerMessage', each))
  await command('CS-8', 'GetVariables', { getVariableData: [items] })
  const { body } = await command('CS-8', 'GetVariables', { getVariableData: [items, ...others] })
  expect(asked).toEqual([1, 2, 1])
  expect(body).toMatchObject({
    status: 'Accepted',
    response: { getVariableResult: [items, ...others] },
  })
  // What sets is not sent in parts: the second could be refused when the first is done.
  const setVariableData = [items, ...others].map((each) => ({ ...each, attributeValue: '3' }))
  const refused = await command('CS-8', 'SetVariables', { setVariableData })
  expect(refused.body).toMatchObject({ status: 'Refused', reasonCode: 'TooManyElements' })
})
