import { readFileSync } from 'node:fs'
import { hashPassword, httpClient, type HttpClient } from '@interlock/host'
import { inMinutes, stationId, unobserved } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofCsms } from '@interlock/host/identities.fixture'
import { testStation, type TestStation } from './fixture/station.fixture.ts'
import { csmsWorld, stationConfig, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let maintainer: HttpClient
let reader: HttpClient
const clock = { of: undefined as ReturnType<CsmsWorld['clock']> | undefined }
const password = 'a-password-of-a-station'

/** CS-1 and CS-2 as the register has them; CS-3 and CS-4 otherwise. */
beforeAll(async () => {
  world = await csmsWorld('trust-register')
  const passwordHash = await hashPassword(password)
  const standard = (id: string) =>
    ({ ...stationConfig(id), trustMode: 'standard', passwordHash }) as const
  world.supervisor.trusts.set('CS-3', 'standard')
  world.supervisor.trusts.set('CS-4', 'supervised')
  clock.of = world.clock()
  csms = await world.start(clock.of, {
    stations: [stationConfig('CS-1'), standard('CS-2'), stationConfig('CS-3'), standard('CS-4')],
  })
  const clientOf = (name: string, role: 'maintainer' | 'web', number: number) => {
    const subject = ofCsms(name, role, number)
    const identity = world.identities.identity('charging', subject)
    return httpClient({ identity, trust: world.identities.trust('charging'), activity: unobserved })
  }
  maintainer = clientOf('operator', 'maintainer', 0x50)
  reader = clientOf('reader', 'web', 0x51)
})
afterAll(async () => {
  await maintainer.close()
  await reader.close()
  await csms.close()
  await world.close()
})

const url = (path: string): string => `https://127.0.0.1:${csms.port}/api/v1${path}`
const shown = async (id: string): Promise<unknown> =>
  ((await reader.request('GET', url(`/stations/${id}`))).body as { trustMode?: unknown }).trustMode
const reset = async (id: string): Promise<unknown> =>
  (await maintainer.request('POST', url(`/stations/${id}/commands/Reset`), { type: 'OnIdle' })).body
const basically = (id: string): Promise<TestStation> =>
  testStation(world.identities, {
    port: csms.ocppPorts.profile2,
    id,
    basic: { user: id, password },
  })
const leave = async ({ endpoint }: TestStation): Promise<void> => {
  endpoint.close()
  await endpoint.closed
}

test('a trust mode is shown as the register confirms it, and a mismatch as one', async () => {
  await expect.poll(() => shown('CS-1')).toBe('supervised')
  await expect.poll(() => shown('CS-2')).toBe('standard')
  await expect.poll(() => shown('CS-3')).toBe('mismatch')
  await expect.poll(() => shown('CS-4')).toBe('mismatch')
  const trail = readFileSync(`${world.dir}/csms/audit.jsonl`, 'utf8')
  expect(trail.split('\n').filter((line) => line.includes('TrustMismatch'))).toHaveLength(2)
})

test('what the register has otherwise gets no critical command, in either direction', async () => {
  const [supervised, standard] = [await world.connect(csms, 'CS-3'), await basically('CS-4')]
  const heard: string[] = []
  standard.endpoint.handle('Reset', () => {
    heard.push('CS-4')
    return { status: 'Accepted' }
  })
  const asked = world.supervisor.asked.length
  for (const id of ['CS-3', 'CS-4'])
    expect(await reset(id)).toMatchObject({ status: 'Refused', reasonCode: 'TrustMismatch' })
  expect(supervised.commands).toEqual([])
  expect(heard).toEqual([])
  expect(world.supervisor.asked.length).toBe(asked)
  // The register is put right: the next command asks again.
  world.supervisor.trusts.set('CS-4', 'standard')
  expect(await reset('CS-4')).toMatchObject({ status: 'Accepted' })
  expect(heard).toEqual(['CS-4'])
  await leave(supervised)
  await leave(standard)
})

test('a station that the register does not have is not called supervised until it has it', async () => {
  const view = csms.views.get(stationId('CS-1'))
  if (view === undefined) throw new Error('CS-1')
  view.registered = undefined
  world.supervisor.trusts.delete('CS-1')
  expect(await shown('CS-1')).toBe('unconfirmed')
  world.supervisor.trusts.set('CS-1', 'supervised')
  await clock.of?.advance(inMinutes(11))
  await expect.poll(() => shown('CS-1')).toBe('supervised')
})

test('a station is adopted only as the register has it, and is then let in', async () => {
  const knock = () => basically('CS-9')
  await expect(knock()).rejects.toMatchObject({ status: 404 })
  const adopt = (trustMode?: string) =>
    maintainer.request('POST', url('/knocks/CS-9/adoption'), {
      password,
      securityProfile: 2,
      ...(trustMode === undefined ? {} : { trustMode }),
    })
  const quarantined = async () => (await maintainer.request('GET', url('/knocks/CS-9'))).body
  expect(await adopt('standard')).toMatchObject({ status: 404, body: { reason: 'DeviceUnknown' } })
  expect(await quarantined()).toMatchObject({
    reason: 'the station is not in the database',
    securityProfile: 2,
    certificateEui: null,
    register: null,
    barred: { reason: 'DeviceUnknown' },
    securityProfiles: [2, 3],
  })
  world.supervisor.trusts.set('CS-9', 'standard')
  world.supervisor.otherwise.set('CS-9', { state: 'suspended' })
  expect(await adopt('standard')).toMatchObject({ status: 409, body: { reason: 'DeviceState' } })
  expect(await quarantined()).toMatchObject({ barred: { reason: 'DeviceState' } })
  world.supervisor.otherwise.set('CS-9', { ratingWatts: 11_000, evses: [1, 2] })
  expect(await quarantined()).toMatchObject({
    barred: null,
    register: { trustMode: 'standard', ratingWatts: 11_000 },
  })
  for (const mode of ['supervised', undefined])
    expect(await adopt(mode)).toMatchObject({ status: 409, body: { reason: 'TrustMismatch' } })
  expect(await adopt('standard')).toMatchObject({ status: 201, body: { trustMode: 'standard' } })
  expect(await quarantined()).toMatchObject({ reason: 'NotFound' })
  const { body } = await reader.request('GET', url('/stations/CS-9'))
  expect(body).toMatchObject({ trustMode: 'standard', ratingWatts: 11_000, evses: [1, 2] })
  await leave(await knock())
  const record = csms.views.get(stationId('CS-9'))?.record
  expect(record?.securityProfile).toBe(2)
})

test('who is in the database and does not prove it knocks as well, and is not adopted', async () => {
  const basic = { user: 'CS-2', password: 'not-the-password-of-it' }
  const wrong = testStation(world.identities, { port: csms.ocppPorts.profile2, id: 'CS-2', basic })
  await expect(wrong).rejects.toMatchObject({ status: 401 })
  const quarantined = await maintainer.request('GET', url('/knocks/CS-2'))
  expect(quarantined.body).toMatchObject({
    reason: 'the password is wrong',
    barred: { reason: 'DeviceState' },
  })
  const body = { trustMode: 'standard', password }
  expect(await maintainer.request('POST', url('/knocks/CS-2/adoption'), body)).toMatchObject({
    status: 409,
    body: { reason: 'DeviceState' },
  })
})

test('one unit is not adopted under two names', async () => {
  await expect(basically('CS-8')).rejects.toMatchObject({ status: 404 })
  world.supervisor.trusts.set('CS-8', 'standard')
  world.supervisor.otherwise.set('CS-8', { eui: stationConfig('CS-1').eui })
  const body = { trustMode: 'standard', password }
  expect(await maintainer.request('POST', url('/knocks/CS-8/adoption'), body)).toMatchObject({
    status: 409,
    body: { reason: 'DeviceState', detail: 'its EUI-64 is that of CS-1' },
  })
})
