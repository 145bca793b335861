import { httpClient, type HttpClient } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import type { Action, Endpoint, Request } from '@interlock/ocpp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofCsms } from '@interlock/host/identities.fixture'
import { csmsWorld, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let reader: HttpClient
let station: Endpoint

beforeAll(async () => {
  world = await csmsWorld('told')
  csms = await world.start(world.clock())
  const identity = world.identities.identity('charging', ofCsms('reader', 'web', 0x51))
  const trust = world.identities.trust('charging')
  reader = httpClient({ identity, trust, activity: unobserved })
  station = (await world.connect(csms, 'CS-1')).endpoint
})
afterAll(async () => {
  await reader.close()
  await csms.close()
  await world.close()
})

const timestamp = '2026-01-05T18:00:00Z'
const tell = <A extends Action>(action: A, request: Request<A>) => station.call(action, request)
const known = async (what: string): Promise<unknown[]> => {
  const url = `https://127.0.0.1:${csms.port}/api/v1/stations/CS-1/${what}`
  return ((await reader.request('GET', url)).body as { items: unknown[] }).items
}
const component = { name: 'EVSE', evse: { id: 1 } }
const variable = { name: 'Power' }
const of = { component, variable }

test('a report is known part by part, and its variables with it', async () => {
  const part = (seqNo: number, tbc: boolean, value: string) =>
    tell('NotifyReport', {
      requestId: 1,
      generatedAt: timestamp,
      seqNo,
      tbc,
      reportData: [{ ...of, variableAttribute: [{ value }, { type: 'Target', value: '7' }] }],
    })
  await part(0, true, '5')
  expect(await known('reports')).toMatchObject([{ requestId: 1, complete: false, parts: [0] }])
  await part(2, false, '6')
  expect(await known('reports')).toMatchObject([{ complete: false, missing: [1] }])
  await part(1, true, '6')
  expect(await known('reports')).toMatchObject([{ complete: true, parts: [0, 1, 2] }])
  expect(await known('variables')).toMatchObject([
    { ...of, attributeType: 'Actual', value: '6', mutability: 'ReadWrite' },
    { ...of, attributeType: 'Target', value: '7' },
  ])
})

test('a value that only may be written is not known', async () => {
  const attribute = { value: 'a-secret', mutability: 'WriteOnly' } as const
  await tell('NotifyReport', {
    requestId: 2,
    generatedAt: timestamp,
    seqNo: 0,
    reportData: [{ component, variable: { name: 'Secret' }, variableAttribute: [attribute] }],
  })
  const variables = JSON.stringify(await known('variables'))
  expect(variables).toContain('WriteOnly')
  expect(variables).not.toContain('a-secret')
})

test('an event is kept, and what it says is now the value', async () => {
  const event = {
    ...of,
    eventId: 1,
    timestamp,
    trigger: 'Delta',
    actualValue: '9',
    eventNotificationType: 'CustomMonitor',
  } as const
  const request = { generatedAt: timestamp, seqNo: 0, eventData: [event] }
  await tell('NotifyEvent', request)
  await tell('NotifyEvent', { ...request, eventData: [{ ...event, eventId: 2, actualValue: '4' }] })
  expect(await known('events')).toMatchObject([{ eventId: 1 }, { eventId: 2, actualValue: '4' }])
  expect(await known('variables')).toContainEqual(expect.objectContaining({ ...of, value: '4' }))
})

test('monitors are known under their ids', async () => {
  const monitor = { id: 5, transaction: false, value: 1, type: 'Delta', severity: 3 } as const
  await tell('NotifyMonitoringReport', {
    requestId: 3,
    generatedAt: timestamp,
    seqNo: 0,
    monitor: [{ ...of, variableMonitoring: [monitor] }],
  })
  expect(await known('monitors')).toMatchObject([{ ...monitor, ...of }])
})

test('customer information is put together in the order of its parts, not of their coming', async () => {
  const part = (seqNo: number, tbc: boolean, data: string) =>
    tell('NotifyCustomerInformation', { requestId: 4, generatedAt: timestamp, seqNo, tbc, data })
  await part(1, false, 'World')
  await part(0, true, 'Hello ')
  await part(0, true, 'Hello ')
  const [all] = await known('customer-information')
  expect(all).toMatchObject({ data: 'Hello World', complete: true, truncated: false })
  expect(all).not.toHaveProperty('texts')
})

test('the course of firmware and logs is known in their order', async () => {
  for (const status of ['Downloading', 'Downloaded', 'Installed'] as const)
    await tell('FirmwareStatusNotification', { status, requestId: 6 })
  await tell('FirmwareStatusNotification', { status: 'Idle' })
  await tell('PublishFirmwareStatusNotification', { status: 'Published', location: ['http://x'] })
  for (const status of ['Uploading', 'Uploaded'] as const)
    await tell('LogStatusNotification', { status, requestId: 7 })
  expect(await known('firmware')).toMatchObject([
    { requestId: 6, status: 'Installed', history: ['Downloading', 'Downloaded', 'Installed'] },
    { requestId: null, status: 'Idle' },
    { published: true, status: 'Published', location: ['http://x'] },
  ])
  expect(await known('logs')).toMatchObject([
    { requestId: 7, uploadStatus: 'Uploaded', history: ['Uploading', 'Uploaded'] },
  ])
})

test('a limit from outside stands until it is cleared, each source by itself', async () => {
  for (const chargingLimitSource of ['SO', 'EMS'] as const)
    await tell('NotifyChargingLimit', { evseId: 1, chargingLimit: { chargingLimitSource } })
  await tell('ClearedChargingLimit', { evseId: 1, chargingLimitSource: 'SO' })
  expect(await known('charging-limits')).toMatchObject([{ evseId: 1, source: 'EMS' }])
})

test('what a car asks for and draws is known together', async () => {
  const chargingNeeds = { requestedEnergyTransfer: 'AC_single_phase' } as const
  await tell('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds })
  const schedule = {
    id: 1,
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }],
  } as const
  await tell('NotifyEVChargingSchedule', {
    evseId: 1,
    timeBase: timestamp,
    chargingSchedule: { ...schedule, chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] },
  })
  expect(await known('ev-charging')).toMatchObject([
    { evseId: 1, chargingNeeds, chargingSchedule: { chargingRateUnit: 'A' } },
  ])
})

test('profiles that are reported say so, and their report names them once', async () => {
  const profile = (id: number) => ({
    id,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile' as const,
    chargingProfileKind: 'Absolute' as const,
    chargingSchedule: [
      {
        id,
        chargingRateUnit: 'A' as const,
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }],
      },
    ],
  })
  const part = (ids: number[], tbc: boolean) =>
    tell('ReportChargingProfiles', {
      requestId: 8,
      chargingLimitSource: 'CSO',
      evseId: 1,
      chargingProfile: ids.map(profile),
      tbc,
    })
  await part([1, 2], true)
  await part([2, 3], false)
  expect(await known('profiles')).toMatchObject(
    [1, 2, 3].map((id) => ({ reported: true, chargingProfile: { id } })),
  )
  expect(await known('reports')).toContainEqual(
    expect.objectContaining({ requestId: 8, profiles: [1, 2, 3], complete: true }),
  )
})

test('messages, reservations, readings and security events are known as they were told', async () => {
  const message = {
    id: 3,
    priority: 'AlwaysFront',
    message: { format: 'ASCII', content: 'x' },
  } as const
  await tell('NotifyDisplayMessages', { requestId: 9, messageInfo: [message] })
  await tell('ReservationStatusUpdate', { reservationId: 4, reservationUpdateStatus: 'Expired' })
  const meterValue = [{ timestamp, sampledValue: [{ value: 230 }] }]
  await tell('MeterValues', { evseId: 1, meterValue })
  await tell('SecurityEventNotification', { type: 'MemoryExhaustion', timestamp, techInfo: 't' })
  expect(await known('display-messages')).toMatchObject([{ ...message, reported: true }])
  expect(await known('reservations')).toMatchObject([{ reservationId: 4, status: 'Expired' }])
  expect(await known('meter-values')).toMatchObject([{ evseId: 1, meterValue }])
  expect(await known('security-events')).toMatchObject([
    { type: 'MemoryExhaustion', timestamp, techInfo: 't' },
  ])
})

test('a list is read in pages, and a cursor that is none is refused', async () => {
  const read = async (query: string) => {
    const url = `https://127.0.0.1:${csms.port}/api/v1/stations/CS-1/profiles?${query}`
    const { status, body } = await reader.request('GET', url)
    return { status, ...(body as { items?: unknown[]; next?: string | null }) }
  }
  const first = await read('limit=2')
  expect(first.items).toHaveLength(2)
  const rest = await read(`limit=2&cursor=${first.next}`)
  expect(rest).toMatchObject({ items: [{ chargingProfile: { id: 3 } }], next: null })
  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=*', 'cursor=YQA'])
    expect((await read(query)).status, query).toBe(400)
})

test('pages of the history hold each exchange once, and nothing else', async () => {
  for (let at = 0; at < 3; at += 1) await tell('Heartbeat', {})
  const read = async (query: string) => {
    const url = `https://127.0.0.1:${csms.port}/api/v1/messages?${query}`
    const { body } = await reader.request('GET', url)
    return body as { items: { messageId: string; problems: unknown[] }[]; next: string | null }
  }
  const whole = (await read('limit=1000')).items
  const paged: typeof whole = []
  for (let next: string | null = ''; next !== null;) {
    const page = await read(`limit=1${next === '' ? '' : `&cursor=${next}`}`)
    paged.push(...page.items)
    next = page.next
  }
  expect(paged).toEqual(whole)
  expect(whole.flatMap(({ problems }) => problems)).toEqual([])
})
