import { readFileSync } from 'node:fs'
import { FeederDayShown, FeedersShown } from '@interlock/contract'
import {
  httpClient,
  nodeCrypto as crypto,
  saveIdentity,
  silentLog,
  systemClock,
  systemEntropy,
  temporaryDir,
  writeAtomic,
  type ActorDeps,
} from '@interlock/host'
import {
  openOscpPeer,
  signerOf,
  soon,
  type OscpPeerOptions,
  type Tampering,
} from '@interlock/host/oscp-peer.fixture'
import { fromIso, instant, toIso, unobserved } from '@interlock/kernel'
import type { CapacityForecast } from '@interlock/oscp'
import { signFeederReading } from '@interlock/seal'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { demandWhole, type DsoConfig } from './config.ts'
import { marginWatts } from './forecast/errors.ts'
import { forecastLoad } from './forecast/forecast-load.ts'
import { blockMillis, blocksPerDay } from './forecast/load-series.ts'
import { startDso, type DsoRunning } from './start.ts'

const charging = testHierarchy('charging')
const dir = temporaryDir('interlock-dso')
const own = charging.certify('dso')
const csms = charging.certify('csms')
const rival = charging.certify('csms')
const hijacked = charging.certify('csms')
const smartMeter = testHierarchy('smartMeter')
const meter = smartMeter.certify('meter')
const otherMeter = smartMeter.certify('meter')
/** By so much the operator's clock is ahead of ours. */
let aheadMillis = 0
const dataOf = (file: string): string => readFileSync(`${dir}/data/${file}`, 'utf8')
const waiting = { timeout: 20_000, interval: 20 }

// Three days; the block that runs is not known yet, and the day ahead begins with it.
const begin = Math.floor(Date.now() / blockMillis) * blockMillis
const history = {
  from: instant(begin - 3 * blocksPerDay * blockMillis),
  watts: Array.from({ length: 3 * blocksPerDay }, (_, at) =>
    Math.round(30_000 + 20_000 * Math.sin((at / blocksPerDay) * 2 * Math.PI) + (at % 7) * 100),
  ),
}
const ratedWatts = 60_000

const openProvider = (name: string, identity: OscpPeerOptions['own'], serving = identity) =>
  openOscpPeer({
    side: 'provider',
    name,
    own: identity,
    other: own,
    rootPem: charging.rootPem,
    serving,
  })
type Provider = Awaited<ReturnType<typeof openProvider>>
const rowOf = (name: string, { origin, tokens }: Provider) => ({
  name,
  certificate: `${dir}/${name}.pem`,
  origin,
  token: tokens.theirs,
})
let acacia: Provider
let birch: Provider
let cedar: Provider
const warnings: object[] = []
let config: DsoConfig
let dso: DsoRunning

const deps: ActorDeps = {
  clock: {
    now: () => instant(Date.now() + aheadMillis),
    after: (delay, label, work) => systemClock.after(delay, label, work),
  },
  wall: systemClock,
  activity: unobserved,
  entropy: systemEntropy,
  crypto,
  log: { ...silentLog, warn: (fields) => void warnings.push(fields) },
}
const start = () => startDso(config, deps)

beforeAll(async () => {
  saveIdentity(`${dir}/identity`, own.keyPem, own.chainPem)
  writeAtomic(`${dir}/root.pem`, charging.rootPem, 0o644)
  writeAtomic(`${dir}/acacia.pem`, csms.chainPem, 0o644)
  writeAtomic(`${dir}/birch.pem`, rival.chainPem, 0o644)
  writeAtomic(`${dir}/cedar.pem`, hijacked.chainPem, 0o644)
  writeAtomic(`${dir}/meter.pem`, meter.chainPem, 0o644)
  writeAtomic(`${dir}/meter-root.pem`, smartMeter.rootPem, 0o644)
  writeAtomic(`${dir}/load.json`, JSON.stringify({ ...history, from: toIso(history.from) }), 0o644)
  acacia = await openProvider('acacia', csms)
  birch = await openProvider('birch', rival)
  cedar = await openProvider('cedar', hijacked, rival)
  const contract = (provider: string, contractedWatts: number) => ({ provider, contractedWatts })
  const feeder = (group: string, ...contracts: ReturnType<typeof contract>[]) => ({
    group,
    ratedWatts,
    history: `${dir}/load.json`,
    contracts,
  })
  config = {
    actor: 'dso',
    name: 'Distribution operator',
    region: 'GB',
    production: true,
    data: `${dir}/data`,
    identity: `${dir}/identity`,
    trust: { charging: `${dir}/root.pem` },
    listen: { host: '127.0.0.1', port: 0 },
    origin: 'https://dso.test',
    heartbeatSeconds: 300,
    meters: { listen: { host: '127.0.0.1', port: 0 }, trust: `${dir}/meter-root.pem` },
    providers: [rowOf('acacia', acacia), rowOf('birch', birch), rowOf('cedar', cedar)],
    feeders: [
      {
        ...feeder('feeder-1', contract('acacia', 40_000), contract('birch', 20_000)),
        meter: `${dir}/meter.pem`,
        reported: true,
      },
      feeder('feeder-2', contract('birch', 20_000)),
    ],
  }
  dso = await start()
})
afterAll(async () => {
  await dso.close()
  await acacia.close()
  await birch.close()
  await cedar.close()
})

const handshake = { heartbeatSeconds: 3_600, measurements: [] }
const forecastOf = (provider: Provider, type: CapacityForecast['type']) =>
  provider
    .bodiesOf('update_group_capacity_forecast')
    .findLast((each) => each.group === 'feeder-1' && each.type === type)

test('who has not registered is not heard', async () => {
  const body = { offlineModeAt: soon(60_000) }
  expect(await acacia.send(dso.port, 'heartbeat', body)).toEqual([403, 'NotRegistered'])
})

test('providers register and shake hands, and are told, signed, what the feeder has to spare', async () => {
  for (const provider of [acacia, birch]) {
    expect(await provider.send(dso.port, 'register', provider.register)).toEqual([204])
    expect(await provider.send(dso.port, 'handshake', handshake)).toEqual([204])
    await vi.waitFor(() => {
      expect(forecastOf(provider, 'CONSUMPTION')).toBeDefined()
      expect(provider.bodiesOf('heartbeat')).toHaveLength(1)
    }, waiting)
    // Our own answers come first; and each signature was verified.
    const [first, second] = provider.heard.map(({ message }) => message)
    expect([first, second, provider.refusals]).toEqual(['register', 'handshake_acknowledge', []])
  }
  expect(acacia.bodiesOf('register')[0]?.versions[0]?.baseUrl).toBe('https://dso.test/oscp/cp/2.0')

  const load = forecastLoad(history)
  const margin = marginWatts(history, 0.05, forecastLoad) ?? Number.NaN
  const blocks = [acacia, birch].map((each) => forecastOf(each, 'CONSUMPTION')?.blocks ?? [])
  // One that ended in between is told to the first alone.
  const both = blocks[1] ?? []
  expect(both.length).toBeGreaterThanOrEqual(blocksPerDay - 1)
  for (const { from } of both) {
    const shares = blocks.map((each) => each.find((block) => block.from === from)?.capacity)
    const sum = shares.reduce<number>((total, watts) => total + (watts ?? Number.NaN), 0)
    const spare = ratedWatts - margin - (load?.[(from - begin) / blockMillis] ?? Number.NaN)
    expect(sum).toBe(Math.min(60_000, Math.max(0, Math.floor(spare))))
  }
  expect(forecastOf(acacia, 'FALLBACK_CONSUMPTION')?.blocks).toHaveLength(1)
})

test('where another answers at the address of a provider, it is told nothing', async () => {
  expect(await cedar.send(dso.port, 'register', cedar.register)).toEqual([204])
  const found = expect.stringContaining(`found ${rival.peer.organisation}`) as unknown
  const undelivered = { peer: 'cedar', message: 'register', detail: found }
  await vi.waitFor(() => expect(warnings).toContainEqual(undelivered), waiting)
  expect([cedar.heard, cedar.refusals]).toEqual([[], []])
})

const attacks: readonly [string, Tampering, number, string][] = [
  ['another token', { token: 'token-of-somebody-else' }, 401, 'TokenWrong'],
  ['another version', { path: '/oscp/cp/3.0/register' }, 404, 'VersionUnsupported'],
  ['another message', { path: '/oscp/cp/2.0/deregister' }, 404, 'EndpointUnknown'],
  ['another body', { text: '{"token":5}' }, 400, 'BodyInvalid'],
  ['no JSON', { text: '{' }, 400, 'BodyInvalid'],
  ['no signature', { unsigned: true }, 401, 'SignatureMissing'],
  [
    'a signature by another key',
    { signer: { ...signerOf(csms), key: crypto.generateKey().key } },
    403,
    'SignatureInvalid',
  ],
  ['a signature by another provider', { signer: signerOf(rival) }, 403, 'SignerWrong'],
  ['a signature to another', { signedTo: rival.peer.organisation }, 403, 'SignedForAnother'],
  ['the certificate of another role', { as: charging.certify('dsrsp') }, 403, 'NotPermitted'],
  ['the certificate of no provider', { as: charging.certify('csms') }, 403, 'NotPermitted'],
  ['the certificate of another provider', { as: rival }, 401, 'TokenWrong'],
]

test('a change of address is refused by name for each thing wrong, and taken once', async () => {
  const before = dataOf('associations.journal')
  const put = (tampering: Tampering) =>
    acacia.send(dso.port, 'register', acacia.register, { method: 'PUT', ...tampering })
  for (const [what, tampering, ...refusal] of attacks)
    expect([what, ...(await put(tampering))]).toEqual([what, ...refusal])
  const [version] = acacia.register.versions
  const elsewhere = [{ version: '2.0', baseUrl: 'https://elsewhere.test/oscp/fp/2.0' }]
  const changed = JSON.stringify({
    token: 'token-of-a-man-in-the-middle',
    version_url: [{ version: '2.0', base_url: version?.baseUrl }],
  })
  expect(await put({ textAfterwards: changed })).toEqual([403, 'SignatureInvalid'])
  expect(
    await acacia.send(
      dso.port,
      'register',
      { ...acacia.register, versions: elsewhere },
      { method: 'PUT' },
    ),
  ).toEqual([403, 'AddressForbidden'])
  expect(dataOf('associations.journal')).toBe(before)

  expect(await put({ requestId: 'change-1' })).toEqual([204])
  expect(dataOf('associations.journal')).not.toBe(before)
  expect(await put({ requestId: 'change-1' })).toEqual([409, 'Replayed'])
})

test('after a restart the providers are known, told again, and what they say is on the record', async () => {
  await dso.close()
  const told = acacia.bodiesOf('update_group_capacity_forecast').length
  dso = await start()
  await vi.waitFor(
    () => expect(acacia.bodiesOf('update_group_capacity_forecast').length).toBeGreaterThan(told),
    waiting,
  )
  const blocks = forecastOf(acacia, 'CONSUMPTION')?.blocks.slice(0, 2) ?? []
  const wish = (group: string) => ({ group, type: 'CONSUMPTION' as const, blocks })
  const error = { message: 'two cars leave at six', blocks }
  const measured = {
    value: 12.5,
    phase: 'ALL',
    unit: 'KWH',
    direction: 'IMPORT',
    at: soon(0),
  } as const
  const measurements = (group: string, value: number = measured.value) => ({
    group,
    measurements: [{ ...measured, value }],
  })
  const { port } = dso
  expect(await acacia.send(port, 'heartbeat', { offlineModeAt: soon(60_000) })).toEqual([204])
  expect(await acacia.send(port, 'group_capacity_compliance_error', error)).toEqual([204])
  expect(await acacia.send(port, 'adjust_group_capacity_forecast', wish('feeder-1'))).toEqual([204])
  expect(await acacia.send(port, 'update_group_measurements', measurements('feeder-1'))).toEqual([
    204,
  ])
  expect(await acacia.send(port, 'update_group_measurements', measurements('feeder-2'))).toEqual([
    403,
    'NotPermitted',
  ])
  // Nothing of a feeder that is not reported is even kept.
  const unwanted = measurements('feeder-2', 98.765)
  expect(await birch.send(port, 'update_group_measurements', unwanted)).toEqual([
    403,
    'NotPermitted',
  ])
  const trail = dataOf('audit.jsonl')
  expect(trail).toContain('ReportUnwanted')
  expect(trail).not.toContain('98.765')
  expect(trail).toContain('two cars leave at six')
  expect(trail).toContain('GroupForeign')
  expect(trail).not.toContain(acacia.register.token)
  expect(acacia.refusals).toEqual([])
})

type Shown = {
  blocks: {
    from: string
    expected: { forecastWatts: number }
    breaches: { kind: string }[] | null
  }[]
}
test('a provider that lies about what its vehicles drew is caught by the meter of the feeder', async () => {
  const trust = { roots: [charging.rootPem] }
  const client = (identity: typeof meter) => httpClient({ identity, trust, activity: unobserved })
  const own_ = client(own)
  const shown = async () => {
    const url = `https://127.0.0.1:${dso.port}/api/v1/feeders/feeder-1`
    return (await own_.request('GET', url)).body as Shown
  }
  const [block] = (await shown()).blocks
  const from = fromIso(block?.from ?? '') ?? instant(0)
  const measured = { value: 500, phase: 'ALL', unit: 'WH', direction: 'IMPORT' } as const
  const at = instant(from + blockMillis)
  for (const each of [acacia, birch])
    expect(
      await each.send(dso.port, 'update_group_measurements', {
        group: 'feeder-1',
        measurements: [{ ...measured, since: from, at }],
      }),
    ).toEqual([204])

  const wattHours = 2 * ratedWatts
  const reading = { feeder: 'feeder-1', from, wattHours }
  const signed = (by = meter, what = reading) => signFeederReading(what, signerOf(by), crypto)
  const clients = { meter: client(meter), other: client(otherMeter), csms: client(csms) }
  const post = async (by: keyof typeof clients, said: unknown) => {
    const url = `https://127.0.0.1:${dso.meterPort}/api/v1/feeder-readings`
    const body = { group: 'feeder-1', reading: said }
    return (await clients[by].request('POST', url, body)).status
  }
  const breaches = async () =>
    (await shown()).blocks.find((each) => each.from === block?.from)?.breaches
  aheadMillis = blockMillis
  // By the reports alone nothing is to be seen.
  expect(await breaches()).toBeNull()
  const notOver = { ...reading, from: instant(from + 2 * blockMillis) }
  const less = signed(meter, { ...reading, wattHours: 1 })
  expect([
    await post('csms', signed()),
    await post('other', signed(otherMeter)),
    await post('meter', signed(otherMeter)),
    await post('meter', { ...signed(), payload: less.payload }),
    await post('meter', signed(meter, { ...reading, feeder: 'feeder-2' })),
    await post('meter', signed(meter, notOver)),
  ]).toEqual([401, 403, 400, 400, 400, 400])
  expect(await breaches()).toBeNull()

  expect(await post('meter', signed())).toBe(204)
  const kinds = ['FeederOverloaded', 'AllotmentsExceeded', 'ReportsContradicted']
  expect((await breaches())?.map(({ kind }) => kind)).toEqual(kinds)
  expect([await post('meter', signed()), await post('meter', less)]).toEqual([204, 400])
  const trail = dataOf('audit.jsonl')
  for (const kind of [...kinds, 'CapacityBreach', 'ReadingContradicted'])
    expect(trail).toContain(kind)

  // To people: who is named and by how much the feeder exceeded; not what a provider has reported.
  const list = await own_.request('GET', `https://127.0.0.1:${dso.port}/api/v1/feeders`)
  if (!Value.Check(FeedersShown, list.body)) throw new Error('not what the contract says')
  const { providers } = list.body
  expect(providers.map(({ name }) => name)).toEqual(['acacia', 'birch', 'cedar'])
  expect(providers[2]?.standing).toBe('registered')
  expect(providers[0]).toMatchObject({
    heartbeatAt: expect.any(String) as unknown,
    complaints: [{ blocks: 2 }],
    breaches: [{ group: 'feeder-1', breach: { reason: 'AllotmentsExceeded' } }],
  })
  expect(providers[0]?.breaches[0]?.breach.excessWatts).toBeGreaterThan(0)
  expect(providers[1]).toMatchObject({ heartbeatAt: null, complaints: [] })
  const day = await own_.request('GET', `https://127.0.0.1:${dso.port}/api/v1/feeders/feeder-1/day`)
  if (!Value.Check(FeederDayShown, day.body)) throw new Error('not what the contract says')
  const passed = day.body.passed.find((each) => each.from === block?.from)
  expect(passed).toMatchObject({ meteredWatts: 4 * wattHours })
  const figures = passed?.breaches?.map((each) => [each.reason, typeof each.excessWatts])
  expect(figures).toEqual([
    ['FeederOverloaded', 'number'],
    ['AllotmentsExceeded', 'number'],
    ['ReportsContradicted', 'object'],
  ])
  expect(JSON.stringify([list.body, day.body])).not.toMatch(/two cars|reported/)

  const rivals = client(charging.certify('dso'))
  const url = `https://127.0.0.1:${dso.port}/api/v1/feeders/feeder-1`
  expect((await rivals.request('GET', url)).status).toBe(403)
  for (const each of [own_, rivals, ...Object.values(clients)]) await each.close()
})

test('a config that names somebody twice, or nobody, is refused by name', async () => {
  const providers = [...config.providers, ...config.providers]
  expect(() => demandWhole({ ...config, providers })).toThrow(/acacia is there twice/)
  expect(() => demandWhole({ ...config, providers: [] })).toThrow(/acacia is not in providers/)
  const { meters: _, ...without } = config
  expect(() => demandWhole(without)).toThrow(/feeder-1: its meter has nowhere to call/)
  const [first, second] = config.providers
  const ofOne = [first, { ...second, certificate: first?.certificate }] as DsoConfig['providers']
  await expect(startDso({ ...config, providers: ofOne }, deps)).rejects.toThrow(
    /birch: another provider is of its organisation/,
  )
})

test('a port that is taken is a fault that says so', async () => {
  const taken = { ...config, data: `${dir}/second`, listen: { host: '127.0.0.1', port: dso.port } }
  await expect(startDso(taken, deps)).rejects.toMatchObject({ code: 'PortTaken' })
})
