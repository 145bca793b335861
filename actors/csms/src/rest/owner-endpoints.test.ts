import { answeredHoursMax, limits, openDataDoors } from '@interlock/contract'
import { httpClient, nodeCrypto as crypto, type HttpClient, type Identity } from '@interlock/host'
import { eui64, instant, unobserved } from '@interlock/kernel'
import type { Response } from '@interlock/ocpp'
import { signProvider, verifyProvider } from '@interlock/seal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofCsms } from '@interlock/host/identities.fixture'
import { testStation, type TestStation } from '../fixture/station.fixture.ts'
import { csmsWorld, stationConfig, type CsmsWorld } from '../fixture/world.fixture.ts'
import type { CsmsRunning } from '../start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let web: HttpClient
let station: TestStation
let asked: unknown[] = []
type Answer = Response<'DataTransfer'>
let answer: Answer | ((data: unknown) => Answer) = { status: 'Accepted' }

beforeAll(async () => {
  world = await csmsWorld('owner-keys')
  csms = await world.start(world.clock(), {
    openData: { listen: { host: '127.0.0.1', port: 0 }, groupMin: 10 },
  })
  const identity = world.identities.identity('charging', ofCsms('web', 'web', 0x50))
  web = httpClient({ identity, trust: world.identities.trust('charging'), activity: unobserved })
  station = await testStation(world.identities, {
    port: csms.ocppPorts.profile3,
    id: 'CS-1',
    identity: world.identityOf('CS-1'),
  })
  station.endpoint.handle('DataTransfer', ({ messageId, data }) => {
    if (messageId !== 'RevocationList') asked.push({ messageId, data })
    return typeof answer === 'function' ? answer(data) : answer
  })
})
afterAll(async () => {
  await web.close()
  await csms.close()
  await world.close()
})

const ask = async (method: 'GET' | 'POST', path: string, sent?: object) => {
  asked = []
  const url = `https://127.0.0.1:${csms.port}/api/v1/stations/${path}`
  const { status, body } = await web.request(method, url, sent)
  return { status, body: body as Record<string, unknown> }
}
const list = (id = 'CS-1') => ask('GET', `${id}/owner-keys`)

test('the list of keys is the station’s own, asked for each time', async () => {
  answer = { status: 'Accepted', data: { keys: ['AAAA'] } }
  expect(await list()).toEqual({ status: 200, body: { keys: ['AAAA'] } })
  expect(asked).toEqual([{ messageId: 'OwnerKeys', data: undefined }])
  answer = { status: 'Accepted', data: { keys: [] } }
  expect((await list()).body).toEqual({ keys: [] })
})

test.each([
  ['no list', {}],
  ['what is no key', { keys: ['%%%%'] }],
  ['more keys than a station keeps', { keys: Array(limits.ownerKeysMax + 1).fill('AAAA') }],
])('an answer with %s is not passed on', async (_what, data) => {
  answer = { status: 'Accepted', data }
  expect(await list()).toMatchObject({ status: 503, body: { reason: 'Unavailable' } })
})

test('a station that keeps no such list, and one that is away, are named', async () => {
  answer = { status: 'UnknownMessageId' }
  const { status, body } = await list()
  expect([status, body['reason']]).toEqual([409, 'DeviceState'])
  expect(body['detail']).toContain('UnknownMessageId')
  expect((await list('CS-2')).body).toMatchObject({ reason: 'StationOffline' })
})

test('charging hours are the station’s own word, and a choice of them goes to it as it was signed', async () => {
  const jws = { payload: 'AA', protected: 'AA', signature: 'AA' }
  const signed = [{ statement: jws, acknowledgement: jws }]
  const told = { state: 'refused', quiet: [], wants: [], reason: 'BudgetExceeded', signed }
  answer = { status: 'Accepted', data: told }
  expect(await ask('GET', 'CS-1/charging-hours')).toEqual({ status: 200, body: told })
  expect(asked).toEqual([{ messageId: 'ChargingHoursNow', data: undefined }])
  for (const data of [
    { ...told, state: 'maybe' },
    { state: 'inForce', quiet: [{}] },
    { ...told, signed: Array(answeredHoursMax + 1).fill(signed[0]) },
  ]) {
    answer = { status: 'Accepted', data }
    expect((await ask('GET', 'CS-1/charging-hours')).status).toBe(503)
  }
  answer = { status: 'Rejected', statusInfo: { reasonCode: 'OwnerUnknown' } }
  const choice = { kind: 'changed', quiet: [{ weekdays: [1], fromHour: 1, untilHour: 2 }] }
  const word = { choice, by: 'AAAA', signature: 'AAAA', at: 1 }
  expect((await ask('POST', 'CS-1/charging-hours', word)).body).toMatchObject({
    status: 'Rejected',
    reasonCode: 'OwnerUnknown',
  })
  expect(asked).toEqual([{ messageId: 'ChargingHoursChoice', data: word }])
})

test('a guest is kept as its owner signed it, once the station has taken it, and then charges', async () => {
  const guest = { uid: '04A1B2C3', name: 'Zoë', wattHours: 5_000, until: 8e15, payer: null }
  const word = { guest, by: 'AAAA', signature: 'AAAA', at: 1 }
  const authorise = async () => {
    const idToken = { idToken: '04a1b2c3', type: 'ISO14443' as const }
    return (await station.endpoint.call('Authorize', { idToken })).idTokenInfo.status
  }
  answer = { status: 'Rejected', statusInfo: { reasonCode: 'SignatureInvalid' } }
  expect((await ask('POST', 'CS-1/guests', word)).body).toMatchObject({
    reasonCode: 'SignatureInvalid',
  })
  expect((await ask('GET', 'CS-1/guests')).body).toEqual({ guests: [] })
  expect(await authorise()).toBe('Unknown')

  answer = { status: 'Accepted' }
  expect((await ask('POST', 'CS-1/guests', word)).body).toMatchObject({ status: 'Accepted' })
  expect(asked).toEqual([{ messageId: 'Guest', data: word }])
  expect((await ask('GET', 'CS-1/guests')).body).toEqual({
    guests: [{ ...word, usedWattHours: 0 }],
  })
  expect(await authorise()).toBe('Accepted')
  expect((await ask('GET', 'CS-2/guests')).body).toEqual({ guests: [] })
})

/** Checks what it is told about its provider as a charger does. */
const verified = (data: unknown): Response<'DataTransfer'> => {
  const { publicKey, thumbprint } = world.supervisorIdentity.peer
  const read = verifyProvider(data, [{ publicKey, thumbprint }], crypto)
  const reasonCode = !read.ok
    ? read.reason
    : read.value.station === stationConfig('CS-1').eui
      ? undefined
      : 'TargetMismatch'
  if (reasonCode === undefined) return { status: 'Accepted' }
  return { status: 'Rejected', statusInfo: { reasonCode } }
}
const providerStatement = (change: { station?: string; by?: Identity } = {}) => {
  const { station = stationConfig('CS-1').eui, by = world.supervisorIdentity } = change
  return signProvider(
    { station: eui64(station), counter: 1, chain: [new Uint8Array(9)], floor: 0n, at: instant(1) },
    { key: by.key, thumbprint: by.peer.thumbprint },
    crypto,
  )
}

test('the supervisor’s word on its provider goes to the station as it came, and nobody else’s counts there', async () => {
  answer = verified
  const word = providerStatement()
  expect(await ask('POST', 'CS-1/provider', word)).toMatchObject({
    status: 200,
    body: { status: 'Accepted' },
  })
  expect(asked).toEqual([{ messageId: 'Provider', data: word }])
  const wrong = [
    ['SignerUnknown', providerStatement({ by: world.identityOf('CS-1') })],
    ['TargetMismatch', providerStatement({ station: stationConfig('CS-2').eui })],
    ['SignatureInvalid', { ...word, signature: word.signature.replace(/^./, flipped) }],
  ] as const
  for (const [reasonCode, sent] of wrong)
    expect((await ask('POST', 'CS-1/provider', sent)).body).toMatchObject({
      status: 'Rejected',
      reasonCode,
    })
  for (const garbage of [
    {},
    { ...word, payload: '%' },
    { ...word, more: 1 },
    { statement: word },
  ]) {
    expect(await ask('POST', 'CS-1/provider', garbage)).toMatchObject({ status: 400 })
    expect(asked).toEqual([])
  }
})
const flipped = (first: string): string => (first === 'A' ? 'B' : 'A')

test('a station that boots is brought what the supervisor has signed about its provider', async () => {
  answer = verified
  const boot = () =>
    station.endpoint.call('BootNotification', {
      reason: 'PowerUp',
      chargingStation: { model: 'm', vendorName: 'v' },
    })
  const word = providerStatement()
  const brought = () =>
    asked.filter((each) => (each as { messageId: string }).messageId === 'Provider')
  asked = []
  world.supervisor.providers.set('CS-1', word)
  await boot()
  await expect.poll(brought, { timeout: 20_000 }).toEqual([{ messageId: 'Provider', data: word }])
})

test('open data are read without a certificate, and an owner’s word goes to the station (PF18)', async () => {
  const trust = world.identities.trust('charging')
  const anybody = httpClient({ trust, activity: unobserved, expectRole: 'csms' })
  const url = `https://127.0.0.1:${csms.openDataPort}${openDataDoors.rows}`
  expect((await anybody.request('GET', url)).body).toMatchObject({ groupMin: 10, items: [] })
  asked = []
  answer = { status: 'Accepted', data: { keys: ['AAAA'] } }
  const station = stationConfig('CS-1').eui
  const word = { agrees: true, by: 'AAAA', signature: 'AAAA', at: 1 }
  const choices = `https://127.0.0.1:${csms.openDataPort}${openDataDoors.choices}`
  const say = async (sent: object) => (await anybody.request('POST', choices, sent)).status
  expect(await say({ station, ...word })).toBe(200)
  expect(asked).toEqual([{ messageId: 'OpenData', data: word }, { messageId: 'OwnerKeys' }])
  expect(await say({ station: station.replace(/..$/, '77'), ...word })).toBe(401)
  expect(await say(word)).toBe(400)
  await anybody.close()
})
