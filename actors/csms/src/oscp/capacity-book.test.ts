import {
  nodeCrypto as crypto,
  openAudit,
  openJournal,
  silentLog,
  systemClock,
  systemEntropy,
  temporaryDir,
  writeAtomic,
} from '@interlock/host'
import { openOscpPeer, signerOf, soon, type Tampering } from '@interlock/host/oscp-peer.fixture'
import { instant, unobserved } from '@interlock/kernel'
import {
  unregistered,
  writeBody,
  type Association,
  type CapacityForecast,
  type HeldForecasts,
} from '@interlock/oscp'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testHierarchy } from '../../../../tools/doors/hierarchy.ts'
import type { Context } from '../context.ts'
import type { OscpStore } from '../data/oscp-store.ts'
import { openCapacityBook, type CapacityBook } from './capacity-book.ts'
import { demandClear, type OscpConfig } from './oscp-config.ts'
import { openSealedCapacity } from './sealed-capacity.ts'

const charging = testHierarchy('charging')
const dir = temporaryDir('interlock-capacity')
const [own, dso, otherDso] = [
  charging.certify('csms'),
  charging.certify('dso'),
  charging.certify('dso'),
]
const waiting = { timeout: 20_000, interval: 20 }
const changes: (readonly string[])[] = []

/** What outlives a restart, as text. */
const kept = { associations: new Map<string, string>(), forecasts: new Map<string, string>() }
const store = (): OscpStore => ({
  of: (name) =>
    JSON.parse(kept.associations.get(name) ?? JSON.stringify(unregistered)) as Association,
  keep: (name, each) => void kept.associations.set(name, JSON.stringify(each)),
  forecastsOf: (group) => JSON.parse(kept.forecasts.get(group) ?? '{}') as HeldForecasts,
  putForecasts: (group, held) => {
    kept.forecasts.set(group, JSON.stringify(held))
    return Promise.resolve()
  },
  restore: () => Promise.resolve(),
})

let operator: Awaited<ReturnType<typeof openOscpPeer>>
let oscp: OscpConfig
let book: CapacityBook
const closers: (() => Promise<void> | void)[] = []
const closeAll = async () => {
  for (const close of closers.splice(0).toReversed()) await close()
}

const open = async () => {
  const path = `${dir}/audit.jsonl`
  const audit = openAudit({ path, actor: 'csms', clock: systemClock, identity: own })
  closers.push(() => audit.close())
  const context = {
    config: { actor: 'csms' },
    identity: own,
    audit,
    deps: {
      clock: systemClock,
      wall: systemClock,
      activity: unobserved,
      entropy: systemEntropy,
      crypto,
      log: silentLog,
    },
    hooks: { capacityChanged: (groups: readonly string[]) => void changes.push(groups) },
  } as unknown as Context
  const trust = { roots: [charging.rootPem] }
  const sealed = openSealedCapacity(openJournal(`${dir}/capacity.journal`), systemClock.now())
  closers.push(() => sealed.close())
  book = await openCapacityBook({ context, trust, oscp, store: store(), sealed, closers })
}

beforeAll(async () => {
  writeAtomic(`${dir}/dso.pem`, dso.chainPem, 0o644)
  operator = await openOscpPeer({
    side: 'operator',
    name: 'acacia',
    own: dso,
    other: own,
    rootPem: charging.rootPem,
  })
  // As an operator does: it answers a registration by its own, and acknowledges a handshake.
  operator.onMessage(({ message, headers }) => {
    const answering = { correlationId: headers.requestId }
    const { port } = book
    const terms = { heartbeatSeconds: 3_600, measurements: [] }
    const answer =
      message === 'register'
        ? operator.send(port, 'register', operator.register, answering)
        : message === 'handshake'
          ? operator.send(port, 'handshake_acknowledge', terms, answering)
          : undefined
    // One that is cut off by the end of the tests is nobody's fault.
    answer?.catch(() => {})
  })
  oscp = {
    listen: { host: '127.0.0.1', port: 0 },
    origin: 'https://csms.test',
    heartbeatSeconds: 300,
    operators: [
      {
        name: 'acacia',
        certificate: `${dir}/dso.pem`,
        url: operator.baseUrl,
        tokenShown: operator.tokens.ours,
        tokenExpected: operator.tokens.theirs,
        groups: [{ group: 'feeder-1', feeder: 'ACACIA-1', contractedWatts: 50_000 }],
      },
    ],
  }
  await open()
})
afterAll(async () => {
  await closeAll()
  await operator.close()
})

const hour = 3_600_000
const begin = instant(Math.floor(Date.now() / hour) * hour)
const later = instant(begin + 2 * hour)
const forecast = (
  type: CapacityForecast['type'],
  watts: number,
  group = 'feeder-1',
): CapacityForecast => ({
  group,
  type,
  blocks: [
    { capacity: watts, phase: 'ALL', unit: 'W', from: begin, until: instant(begin + 24 * hour) },
  ],
})
const feeder = () => {
  const group = book.of('ACACIA-1')
  if (group === undefined) throw new Error('no such feeder')
  return group
}
const standing = () => book.standing(feeder())
const capacity = () => book.at(feeder(), later)
const say = (body: CapacityForecast, tampering: Tampering = {}) =>
  operator.send(book.port, 'update_group_capacity_forecast', body, tampering)

test('a CSMS registers and shakes hands by itself, signed, and until then has its contract', async () => {
  expect(capacity()).toEqual({ watts: 50_000, source: 'contract' })
  await vi.waitFor(() => expect(standing()).toMatchObject({ agreed: true, silent: false }), waiting)
  expect(operator.bodiesOf('register')[0]?.versions).toEqual([
    { version: '2.0', baseUrl: 'https://csms.test/oscp/fp/2.0' },
  ])
  expect(operator.refusals).toEqual([])
  await vi.waitFor(() => expect(operator.bodiesOf('heartbeat')).toHaveLength(1), waiting)
})

test('what the operator says of a feeder counts, up to what is contracted', async () => {
  expect(await say(forecast('FALLBACK_CONSUMPTION', 10_000))).toEqual([204])
  expect(await say(forecast('CONSUMPTION', 90_000))).toEqual([204])
  expect(capacity()).toEqual({ watts: 50_000, source: 'forecast' })
  // The same again is the same.
  for (let times = 0; times < 2; times += 1)
    expect(await say(forecast('CONSUMPTION', 30_000))).toEqual([204])
  expect(capacity()).toEqual({ watts: 30_000, source: 'forecast' })
  expect(book.fallbackAt(feeder(), later)).toEqual({ watts: 10_000, source: 'fallback' })
  expect(changes.flat()).toContain('feeder-1')
})

const raised = writeBody('update_group_capacity_forecast', forecast('CONSUMPTION', 49_000))
const attacks: readonly [string, Tampering, number, string][] = [
  ['a capacity raised on the way', { textAfterwards: raised }, 403, 'SignatureInvalid'],
  ['another token', { token: 'token-of-somebody-else' }, 401, 'TokenWrong'],
  [
    'another version',
    { path: '/oscp/fp/1.0/update_group_capacity_forecast' },
    404,
    'VersionUnsupported',
  ],
  ['no signature', { unsigned: true }, 401, 'SignatureMissing'],
  ['a signature by another operator', { signer: signerOf(otherDso) }, 403, 'SignerWrong'],
  ['a signature to another CSMS', { signedTo: dso.peer.organisation }, 403, 'SignedForAnother'],
  ['the certificate of another operator', { as: otherDso }, 403, 'NotPermitted'],
  ['the certificate of a CSMS', { as: own }, 403, 'NotPermitted'],
  [
    'what only a CSMS says',
    { path: '/oscp/fp/2.0/adjust_group_capacity_forecast' },
    403,
    'RoleForbidden',
  ],
]
test('nobody else raises what a feeder bears, nor does a message changed or sent again', async () => {
  for (const [what, tampering, ...refusal] of attacks)
    expect([what, ...(await say(forecast('CONSUMPTION', 40_000), tampering))]).toEqual([
      what,
      ...refusal,
    ])
  expect(await say(forecast('CONSUMPTION', 40_000, 'feeder-9'))).toEqual([403, 'NotPermitted'])
  expect(await say(forecast('CONSUMPTION', 30_000), { requestId: 'once' })).toEqual([204])
  expect(await say(forecast('CONSUMPTION', 30_000), { requestId: 'once' })).toEqual([
    409,
    'Replayed',
  ])
  expect(capacity().watts).toBe(30_000)
})

test('after a restart it stands as before, and a silent operator leaves the fallback', async () => {
  const asked = operator.bodiesOf('handshake').length
  await closeAll()
  await open()
  expect(capacity()).toEqual({ watts: 30_000, source: 'forecast' })
  // One that comes too late to be of any use is refused, and said again.
  await vi.waitFor(async () => {
    const heartbeat = { offlineModeAt: soon(1_000) }
    expect(await operator.send(book.port, 'heartbeat', heartbeat)).toEqual([204])
  }, waiting)
  await vi.waitFor(() => expect(standing().silent).toBe(true), waiting)
  expect(capacity()).toEqual({ watts: 10_000, source: 'fallback' })
  expect(await operator.send(book.port, 'heartbeat', { offlineModeAt: soon(600_000) })).toEqual([
    204,
  ])
  expect(capacity()).toEqual({ watts: 30_000, source: 'forecast' })
  expect(operator.bodiesOf('handshake')).toHaveLength(asked)
})

test('of what is said by OSCP and by topic the lower counts, after a restart too; a topic raises nothing', async () => {
  const allot = (watts: number, at: number) =>
    book.hear('feeder-1', { at: instant(at), from: begin, watts: Array(96).fill(watts) })
  allot(45_000, begin)
  expect(capacity()).toEqual({ watts: 30_000, source: 'forecast' })
  const changed = changes.length
  allot(20_000, begin + 1)
  expect(changes.slice(changed)).toEqual([['feeder-1']])
  expect(capacity()).toEqual({ watts: 20_000, source: 'topic' })
  // What a relay has held back changes nothing once something later has come, and no other group is ours.
  allot(45_000, begin)
  book.hear('feeder-9', { at: instant(begin + 2), from: begin, watts: [0] })
  expect(book.at(feeder(), later).watts).toBe(20_000)
  await closeAll()
  await open()
  expect(capacity()).toEqual({ watts: 20_000, source: 'topic' })
  expect(book.byTopic(feeder())).toMatchObject({ saidAt: begin + 1 })
  expect(book.fallbackAt(feeder(), later)).toEqual({ watts: 10_000, source: 'fallback' })
  expect(book.at(feeder(), instant(begin + 25 * hour)).source).not.toBe('topic')
  // Sealed before OSCP was heard last, it may only be late; sealed since, it can be held against it.
  expect(book.statements(feeder()).isComparable).toBe(false)
  allot(90_000, Date.now() + hour)
  const { oscpAt, topicAt, isComparable } = book.statements(feeder())
  expect([oscpAt(later), topicAt(later), isComparable]).toEqual([30_000, 90_000, true])
  expect(capacity()).toEqual({ watts: 30_000, source: 'forecast' })
})

test('an operator that has forgotten it is registered with anew', async () => {
  expect(
    await operator.send(book.port, 'register', operator.register, { method: 'DELETE', text: '' }),
  ).toEqual([204])
  expect(standing().silent).toBe(true)
  await vi.waitFor(() => expect(standing()).toMatchObject({ agreed: true, silent: false }), waiting)
})

test('where phases are limited, each has its own limit', async () => {
  const [whole] = forecast('CONSUMPTION', 0).blocks
  const phase = (name: 'ONE' | 'TWO' | 'THREE', capacity: number) => ({
    ...whole,
    phase: name,
    capacity,
  })
  const blocks = [phase('ONE', 9_000), phase('TWO', 4_000), phase('THREE', 9_000)]
  const body = { ...forecast('CONSUMPTION', 0), blocks: blocks as CapacityForecast['blocks'] }
  expect(await say(body)).toEqual([204])
  expect(capacity()).toMatchObject({ watts: 22_000, phaseWatts: [9_000, 4_000, 9_000] })
})

test('a config in which a feeder is two operators’ is refused', () => {
  const [first] = oscp.operators
  const twice = [first, { ...first, name: 'birch' }] as OscpConfig['operators']
  expect(() => demandClear({ ...oscp, operators: twice })).toThrow(/feeder-1 is there twice/)
  const [group] = first?.groups ?? []
  const connections = [{ stationId: 'CS-1', phase: 'ONE', fuse: 'house' }]
  const unknown = [{ ...first, groups: [{ ...group, connections }] }] as OscpConfig['operators']
  expect(() => demandClear({ ...oscp, operators: unknown })).toThrow(/behind house/)
})
