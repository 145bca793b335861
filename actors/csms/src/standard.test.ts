import { hashPassword, httpClient, type HttpClient, type HttpResponse } from '@interlock/host'
import { riskOf, standardRisks } from '@interlock/contract'
import { unobserved } from '@interlock/kernel'
import { actions, type Endpoint, type Request } from '@interlock/ocpp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import type { StationConfig } from './config.ts'
import { ofCsms } from '@interlock/host/identities.fixture'
import { started, testStation, type TestStation } from './fixture/station.fixture.ts'
import { csmsWorld, evening, stationConfig, type CsmsWorld } from './fixture/world.fixture.ts'
import { ofStations } from './rest/command-endpoints.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let stations: StationConfig[]
let maintainer: HttpClient
let reader: HttpClient
const open: TestStation[] = []
const password = 'a-password-of-a-station'

beforeAll(async () => {
  world = await csmsWorld('standard')
  const passwordHash = await hashPassword(password)
  const standard = (id: string): StationConfig => ({
    ...stationConfig(id),
    trustMode: 'standard',
    passwordHash,
    evses: [1, 2],
  })
  stations = [
    ...['CS-1', 'CS-2', 'CS-3', 'CS-6', 'CS-7', 'CS-8'].map(standard),
    stationConfig('CS-4'),
  ]
  csms = await world.start(world.clock(), { stations })
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
  for (const station of open.splice(0)) {
    station.endpoint.close()
    await station.endpoint.closed
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
const known = async (id: string, what: string): Promise<unknown[]> =>
  ((await reader.request('GET', url(`/stations/${id}/${what}`))).body as { items: unknown[] }).items
const plainly = async (id: string, secret = password): Promise<TestStation> => {
  const basic = { user: id, password: secret }
  const station = await testStation(world.identities, { port: csms.ocppPorts.profile2, id, basic })
  open.push(station)
  return station
}
const got = (endpoint: Endpoint, action: 'RequestStartTransaction' | 'Reset') => {
  const requests: { request: unknown; signed: boolean }[] = []
  endpoint.handle(action, (request, { signed }) => {
    requests.push({ request, signed: signed !== undefined })
    return { status: 'Accepted' }
  })
  return requests
}
const start = { remoteStartId: 1, evseId: 1, idToken: { idToken: 'X', type: 'Central' } } as const

test('a standard station gets the plain call, once the supervisor has agreed', async () => {
  const { endpoint } = await plainly('CS-1')
  const requests = got(endpoint, 'RequestStartTransaction')
  const asked = world.supervisor.asked.length
  expect(await command('CS-1', 'RequestStartTransaction', start)).toMatchObject({
    status: 200,
    body: { status: 'Accepted', response: { status: 'Accepted' } },
  })
  expect(world.supervisor.asked.length).toBe(asked + 1)
  expect(requests).toEqual([{ request: start, signed: false }])
})

test('without the supervisor’s yes nothing leaves, and the reason is told', async () => {
  const { endpoint } = await plainly('CS-1')
  const starts = got(endpoint, 'RequestStartTransaction')
  const resets = got(endpoint, 'Reset')
  world.supervisor.refuse = 'BudgetExceeded'
  const answer = await command('CS-1', 'RequestStartTransaction', start)
  expect(answer.body).toMatchObject({ status: 'Refused', reasonCode: 'BudgetExceeded' })
  expect((await command('CS-1', 'Reset', { type: 'OnIdle' })).body).toMatchObject({
    status: 'Refused',
  })
  expect([...starts, ...resets]).toEqual([])
})

test('a supervised station gets the same command signed and nothing plain', async () => {
  const station = await world.connect(csms, 'CS-4')
  open.push(station)
  await command('CS-4', 'Reset', { type: 'OnIdle' })
  expect(station.commands.map((each) => each.action)).toEqual(['Reset'])
})

test('what is not critical goes to a standard station without asking anyone', async () => {
  const { endpoint } = await plainly('CS-1')
  endpoint.handle('GetLocalListVersion', () => ({ versionNumber: 7 }))
  world.supervisor.refuse = 'BudgetExceeded'
  expect((await command('CS-1', 'GetLocalListVersion', {})).body).toMatchObject({
    response: { versionNumber: 7 },
  })
})

/** All that a compromised operator's desk tries, each answered by a station that obeys. */
const vendorSays = { vendorId: 'com.vendor', messageId: 'SetMaxCurrent', data: { amps: 32 } }
const unlock = { evseId: 1, connectorId: 1 }
const obeying = ({ endpoint }: TestStation) => {
  const heard: string[] = []
  endpoint.handle('DataTransfer', ({ vendorId }) => {
    if (vendorId === vendorSays.vendorId) heard.push('DataTransfer')
    return { status: 'Accepted' }
  })
  endpoint.handle('UnlockConnector', () => {
    heard.push('UnlockConnector')
    return { status: 'Unlocked' }
  })
  endpoint.handle('ReserveNow', () => {
    heard.push('ReserveNow')
    return { status: 'Accepted' }
  })
  return heard
}

test('a vendor message and an unlocking leave only with the supervisor’s yes', async () => {
  const heard = obeying(await plainly('CS-1'))
  const asked = world.supervisor.asked.length
  world.supervisor.refuse = 'BudgetExceeded'
  for (const [action, body] of [
    ['DataTransfer', vendorSays],
    ['UnlockConnector', unlock],
  ] as const) {
    const answer = await command('CS-1', action, body)
    expect(answer.body).toMatchObject({ status: 'Refused', reasonCode: 'BudgetExceeded' })
  }
  expect(heard).toEqual([])
  expect(world.supervisor.asked.length).toBe(asked + 2)
  world.supervisor.refuse = undefined
  expect((await command('CS-1', 'DataTransfer', vendorSays)).body).toMatchObject({
    status: 'Accepted',
  })
  await command('CS-1', 'UnlockConnector', unlock)
  expect(heard).toEqual(['DataTransfer', 'UnlockConnector'])
})

test('a supervised station knows no vendor, so nobody is asked', async () => {
  const station = await world.connect(csms, 'CS-4')
  open.push(station)
  const heard = obeying(station)
  const asked = world.supervisor.asked.length
  await command('CS-4', 'DataTransfer', vendorSays)
  expect(world.supervisor.asked.length).toBe(asked)
  expect(heard).toEqual(['DataTransfer'])
})

test('what may keep somebody from starting is on the record before it leaves', async () => {
  const heard = obeying(await plainly('CS-1'))
  world.supervisor.refuse = 'BudgetExceeded'
  await command('CS-1', 'ReserveNow', {
    id: 7,
    expiryDateTime: '2026-01-05T20:00:00Z',
    idToken: start.idToken,
    evseId: 1,
  })
  expect(heard).toEqual(['ReserveNow'])
  const trail = readFileSync(`${world.dir}/csms/audit.jsonl`, 'utf8').trim().split('\n')
  expect(trail.map((line) => JSON.parse(line) as object)).toContainEqual(
    expect.objectContaining({
      kind: 'SensitiveCommand',
      data: { station: 'CS-1', action: 'ReserveNow' },
    }),
  )
})

test('blocking a token ends no charge that it was accepted for, nor after a restart, and begins none', async () => {
  let { endpoint } = await plainly('CS-1')
  const idToken = { idToken: 'CARD-OF-CS-1', type: 'Central' } as const
  const put = (status: string) => maintainer.request('PUT', url('/tokens'), { ...idToken, status })
  const clock = { now: () => evening }
  const said = async (transactionId: string, seqNo: number) => {
    const event = { ...started(clock, transactionId, 1_000, seqNo), idToken }
    return (await endpoint.call('TransactionEvent', event)).idTokenInfo?.status
  }
  await put('Accepted')
  expect(await said('T-BLOCKED', 0)).toBe('Accepted')
  await put('Blocked')
  expect(await said('T-BLOCKED', 1)).toBe('Accepted')
  await csms.close()
  csms = await world.start(world.clock(), { stations })
  endpoint = (await plainly('CS-1')).endpoint
  expect(await said('T-BLOCKED', 1)).toBe('Accepted')
  const { idTokenInfo } = await endpoint.call('Authorize', { idToken })
  expect(idTokenInfo.status).toBe('Blocked')
  expect(await said('T-OTHER', 0)).toBe('Blocked')
  expect(await said('T-OTHER', 1)).toBe('Blocked')
  await endpoint.call('TransactionEvent', {
    ...started(clock, 'T-BLOCKED', 1_000, 2),
    eventType: 'Ended',
  })
  expect(await said('T-BLOCKED', 3)).toBe('Blocked')
})

test('a station is not turned away by a boot that was asked of it', async () => {
  const { endpoint } = await plainly('CS-6')
  endpoint.handle('TriggerMessage', () => ({ status: 'Accepted' }))
  const trigger = () => command('CS-6', 'TriggerMessage', { requestedMessage: 'BootNotification' })
  const policy = (bootPolicy: string) =>
    maintainer.request('PUT', url('/stations/CS-6/boot-policy'), { policy: bootPolicy })
  expect((await trigger()).body).toMatchObject({ status: 'Accepted' })
  expect((await policy('Rejected')).status).toBeLessThan(300)
  expect((await trigger()).body).toMatchObject({ reasonCode: 'StationRejected' })
  await policy('Accepted')
})

test('every message of a CSMS has its place for a standard station', () => {
  const ofCsms = actions.filter((action) => !ofStations.has(action))
  const placed = ofCsms.filter(
    (action) => riskOf(action)?.kind === 'command' || Object.hasOwn(standardRisks, action),
  )
  expect(placed).toEqual(ofCsms)
})

test('a new password works from the next connection on, and the old one does not (A01)', async () => {
  const fresh = 'another-password-of-it'
  const { endpoint } = await plainly('CS-2')
  endpoint.handle('SetVariables', ({ setVariableData }) => ({
    setVariableResult: setVariableData.map(({ component, variable }) => ({
      component,
      variable,
      attributeStatus: 'Accepted',
    })),
  }))
  const setting: Request<'SetVariables'> = {
    setVariableData: [
      {
        component: { name: 'SecurityCtrlr' },
        variable: { name: 'BasicAuthPassword' },
        attributeValue: fresh,
      },
    ],
  }
  await command('CS-2', 'SetVariables', setting)
  endpoint.close()
  await endpoint.closed
  await expect(plainly('CS-2')).rejects.toMatchObject({ status: 401 })
  const basic = { user: 'CS-2', password: fresh }
  const again = { port: csms.ocppPorts.profile2, id: 'CS-2', basic }
  open.push(await testStation(world.identities, again))
  const seen = JSON.stringify([await known('CS-2', 'messages'), await known('CS-2', 'variables')])
  expect(seen).toContain('SetVariables')
  expect(seen).not.toContain(fresh)
})

const setting = (
  attributeValue: string,
  attributeType?: 'Target',
): Request<'SetVariables'>['setVariableData'][number] => ({
  component: { name: 'SecurityCtrlr' },
  variable: { name: 'BasicAuthPassword' },
  attributeValue,
  ...(attributeType === undefined ? {} : { attributeType }),
})
const leave = async ({ endpoint }: TestStation): Promise<void> => {
  endpoint.close()
  await endpoint.closed
}

test('A01: when the answer is lost both passwords count, until the new one is used', async () => {
  const fresh = 'another-password-of-it-7'
  const station = await plainly('CS-7')
  station.endpoint.handle('SetVariables', () => {
    station.endpoint.close()
    return new Promise(() => {})
  })
  const sent = await command('CS-7', 'SetVariables', { setVariableData: [setting(fresh)] })
  expect(sent.status).toBe(503)
  // Whoever else has the old one cannot keep the station from its new one.
  await leave(await plainly('CS-7', password))
  await leave(await plainly('CS-7', fresh))
  await expect(plainly('CS-7', password)).rejects.toMatchObject({ status: 401 })
  await leave(await plainly('CS-7', fresh))
})

test('A01: a password that the station refuses opens nothing, and the old one stays', async () => {
  const fresh = 'a-password-it-refuses'
  const station = await plainly('CS-8')
  const { component, variable } = setting(fresh)
  station.endpoint.handle('SetVariables', () => ({
    setVariableResult: [{ component, variable, attributeStatus: 'Rejected' }],
  }))
  await command('CS-8', 'SetVariables', { setVariableData: [setting(fresh)] })
  await leave(station)
  await expect(plainly('CS-8', fresh)).rejects.toMatchObject({ status: 401 })
  await leave(await plainly('CS-8'))
})

test.each([
  ['of 15 characters', [setting('p'.repeat(15))]],
  ['of 41 characters', [setting('p'.repeat(41))]],
  ['that is a target', [setting('p'.repeat(20), 'Target')]],
  ['beside another', [setting('p'.repeat(20)), setting('q'.repeat(20))]],
])('A01, A00.FR.205: a password %s does not leave', async (_, setVariableData) => {
  const station = await plainly('CS-8')
  let heard = 0
  station.endpoint.handle('SetVariables', () => {
    heard += 1
    return { setVariableResult: [] as never }
  })
  const { body } = await command('CS-8', 'SetVariables', { setVariableData })
  expect(body).toMatchObject({ status: 'Refused', reasonCode: 'InvalidValue' })
  expect(heard).toBe(0)
  await leave(station)
})

test('a station that has come with its certificate does not come back with a password (A05)', async () => {
  const station = await world.connect(csms, 'CS-3')
  station.endpoint.close()
  await station.endpoint.closed
  await expect(plainly('CS-3')).rejects.toMatchObject({ status: 403 })
})

test('guessing is slowed down, and says nothing about why', async () => {
  const guess = (word: string) =>
    testStation(world.identities, {
      port: csms.ocppPorts.profile2,
      id: 'CS-6',
      basic: { user: 'CS-6', password: word },
    }).then(
      () => 0,
      (cause: unknown) => (cause as { status: number }).status,
    )
  const answers: number[] = []
  for (let at = 0; at < 12; at += 1) answers.push(await guess(`guess-${at}`))
  expect(answers.slice(0, 10).every((status) => status === 401)).toBe(true)
  expect(answers.slice(10)).toEqual([429, 429])
})
