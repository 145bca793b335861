import { httpClient, type HttpClient } from '@interlock/host'
import { inMinutes, plus, toIso, unobserved } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofCsms } from '@interlock/host/identities.fixture'
import type { TestStation } from '../fixture/station.fixture.ts'
import { csmsWorld, evening, type CsmsWorld } from '../fixture/world.fixture.ts'
import type { CsmsRunning } from '../start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let web: HttpClient
let station: TestStation

beforeAll(async () => {
  world = await csmsWorld('state-report')
  csms = await world.start(world.clock())
  const identity = world.identities.identity('charging', ofCsms('web', 'web', 0x51))
  web = httpClient({ identity, trust: world.identities.trust('charging'), activity: unobserved })
  station = await world.connect(csms, 'CS-1')
})
afterAll(async () => {
  await web.close()
  await csms.close()
  await world.close()
})

const report = async (refused: object | null | undefined) => {
  const data = { state: 'Idle', ...(refused === undefined ? {} : { refused }) }
  const message = { vendorId: 'org.interlock', messageId: 'State', data }
  return (await station.endpoint.call('DataTransfer', message)).status
}
const url = () => `https://127.0.0.1:${csms.port}/api/v1/stations/CS-1`
const shown = async () =>
  ((await web.request('GET', url())).body as { refused: Record<string, unknown> | null }).refused
const at = (minutes: number) => toIso(plus(evening, inMinutes(minutes)))
const waited = (minutes: number) => ({
  at: at(minutes),
  action: 'RequestStartTransaction',
  reason: 'NotArmed',
})

test('what a station says waited for its arm in vain is shown, the newest of it', async () => {
  expect(await shown()).toBeNull()
  expect(await report(waited(10))).toBe('Accepted')
  expect(await shown()).toEqual(waited(10))
  await report(waited(5))
  expect(await shown()).toEqual(waited(10))
  await report(waited(12))
  expect(await shown()).toEqual(waited(12))
})

test('it is over when such a command is accepted, and the same report does not bring it back', async () => {
  const arm = 'A'.repeat(43)
  const trigger = await web.request('POST', `${url()}/triggers`, { action: 'start', arm })
  expect(trigger.body).toMatchObject({ status: 'Accepted' })
  expect(await shown()).toBeNull()
  await report(waited(12))
  expect(await shown()).toBeNull()
})

test('a report that cannot be read is rejected, or says nothing of a refusal', async () => {
  expect(await report({ at: 7 })).toBe('Rejected')
  expect(await report({ ...waited(20), reason: 'x'.repeat(65) })).toBe('Rejected')
  expect(await report({ ...waited(20), at: 'soon' })).toBe('Accepted')
  expect(await report(undefined)).toBe('Accepted')
  expect(await shown()).toBeNull()
})
