import { readFileSync } from 'node:fs'
import { hashPassword, httpClient, type HttpClient } from '@interlock/host'
import { inMinutes, stationId, unobserved } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { organisation } from './fixture/identities.fixture.ts'
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
    const own = organisation('csms', 'csms', 3).organisation
    const subject = { ...organisation(name, role, number), organisation: own }
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

test('a station is adopted only as the register has it', async () => {
  const knock = () =>
    testStation(world.identities, {
      port: csms.ocppPorts.profile2,
      id: 'CS-9',
      basic: { user: 'CS-9', password },
    })
  await expect(knock()).rejects.toMatchObject({ status: 404 })
  const { eui, ratingWatts, feeder } = stationConfig('CS-9')
  const adopt = (trustMode?: string) =>
    maintainer.request('POST', url('/knocks/CS-9/adoption'), {
      eui,
      ratingWatts,
      feeder,
      password,
      ...(trustMode === undefined ? {} : { trustMode }),
    })
  expect(await adopt('standard')).toMatchObject({ status: 404, body: { reason: 'DeviceUnknown' } })
  world.supervisor.trusts.set('CS-9', 'standard')
  for (const mode of ['supervised', undefined])
    expect(await adopt(mode)).toMatchObject({ status: 409, body: { reason: 'TrustMismatch' } })
  expect(await adopt('standard')).toMatchObject({ status: 201, body: { trustMode: 'standard' } })
  expect(await shown('CS-9')).toBe('standard')
})
