import { armDigest, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { httpClient, nodeCrypto, type HttpClient, type Identity } from '@interlock/host'
import {
  eui64,
  inMinutes,
  plus,
  stationId,
  toBase64,
  toIso,
  unobserved,
  type Eui64,
  type PrivateKey,
} from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofCsms } from '@interlock/host/identities.fixture'
import type { TestStation } from '../fixture/station.fixture.ts'
import {
  csmsWorld,
  evening,
  meterEui,
  stationConfig,
  type CsmsWorld,
} from '../fixture/world.fixture.ts'
import type { CsmsRunning } from '../start.ts'

const llcsEui = eui64('02-00-00-02-00-00-00-01')
let world: CsmsWorld
let csms: CsmsRunning
let web: HttpClient
let station: TestStation

beforeAll(async () => {
  world = await csmsWorld('state-report')
  const stations = [{ ...stationConfig('CS-1'), llcs: llcsEui }]
  csms = await world.start(world.clock(), { stations })
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

test('whether it masks its readings for a sum is its own word, and unknown before', async () => {
  const said = () => csms.views.get(stationId('CS-1'))?.report?.isSummed
  for (const summed of [true, false, null]) {
    const data = { state: 'Idle', summed }
    await station.endpoint.call('DataTransfer', {
      vendorId: 'org.interlock',
      messageId: 'State',
      data,
    })
    expect(said()).toBe(summed)
  }
  await report(undefined)
  expect(said()).toBeNull()
})

type Shown = { readonly supplied: Record<string, unknown> | null }
const suppliedShown = async () => ((await web.request('GET', url())).body as Shown).supplied
const dayFrom = (minutes: number) => plus(evening, inMinutes(minutes + 24 * 60))
let counter = 0n

/** 7.5 or 7.6 as the supplier signs it for the device of CS-1, and what came of bringing it. */
function wordOf(change: { on?: boolean; target?: Eui64; by?: Identity; key?: PrivateKey } = {}) {
  const { on = true, target = llcsEui, by = world.supplier, key = by.key } = change
  counter += 1n
  const preCommand = encodePreCommand({
    useCase: on ? 'ActivateLoad' : 'DeactivateLoad',
    originator: by.peer.organisation,
    target,
    counter,
    controller: 1,
    direction: 'import',
    levelPercent: on ? 100 : 0,
    from: evening,
    until: dayFrom(0),
  })
  return signPreCommand(preCommand, key, nodeCrypto)
}
const bring = async (word: Uint8Array) => {
  const data = { preCommand: toBase64(word) }
  const message = { vendorId: 'org.interlock', messageId: 'Arm', data }
  const answer = await station.endpoint.call('DataTransfer', message)
  return answer.statusInfo?.reasonCode ?? answer.status
}

test('of a supplier’s arm the CSMS learns by the supplier’s signature, and shows what it may trigger', async () => {
  expect(await suppliedShown()).toBeNull()
  // Attack: whoever has the charger, or is on the way, says it for the supplier.
  const stranger = world.identities.identity('smartMeter', ofCsms('web', 'web', 0x52))
  expect(await bring(wordOf({ key: stranger.key }))).toBe('ArmInvalid')
  expect(await bring(wordOf({ by: stranger }))).toBe('ArmOriginator')
  expect(await bring(wordOf({ target: meterEui }))).toBe('ArmTarget')
  expect(await bring(new Uint8Array(40))).toBe('ArmInvalid')
  expect(await suppliedShown()).toBeNull()

  const [on, off] = [wordOf(), wordOf({ on: false })]
  expect(await bring(on)).toBe('Accepted')
  const shownNow = { originator: world.supplier.peer.organisation, until: toIso(dayFrom(0)) }
  const arm = armDigest(on, nodeCrypto)
  expect(await suppliedShown()).toEqual({ ...shownNow, arm, load: 'on' })
  // The last word counts, whatever is brought again.
  expect(await bring(off)).toBe('Accepted')
  expect(await bring(on)).toBe('ArmWindow')
  expect(await bring(off)).toBe('Accepted')
  expect(await suppliedShown()).toMatchObject({ load: 'off', arm: armDigest(off, nodeCrypto) })
})
