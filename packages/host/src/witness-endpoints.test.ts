import { limits } from '@interlock/contract'
import { instant, toBase64Url, type Clock } from '@interlock/kernel'
import { checkpointBytes, type Audit, type AuditCheckpoint } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import type { WitnessRegister } from '@interlock/store'
import { beforeEach, expect, test } from 'vitest'
import { testHierarchy } from './identity.fixture.ts'
import type { Identity } from './identity.ts'
import { nodeCrypto } from './node-crypto.ts'
import { witnessEndpoints } from './witness-endpoints.ts'

const hierarchy = testHierarchy()
const supervisor = hierarchy.identity('supervisor', 'supervisor')
const csms = hierarchy.identity('csms', 'csms')
const dsrsp = hierarchy.identity('dsrsp', 'dsrsp')
const stranger = testHierarchy().identity('csms', 'csms')

type Row = Parameters<WitnessRegister['keep']>[0]
let rows: Row[] = []
let recorded: { kind: string; data: object }[] = []
let refusals: string[] = []
let now = 0
const clock: Clock = { now: () => instant(now), after: () => ({ cancel: () => {} }) }
const hour = 3_600_000

const register: WitnessRegister = {
  last: async (signer, actor) => rows.findLast((r) => r.signer === signer && r.actor === actor),
  keep: async (row) => void rows.push(row),
  of: async (actor) => rows.filter((r) => r.actor === actor).map((r) => r.statement),
}
const audit = {
  record: (kind: string, data: object) => void recorded.push({ kind, data }),
} as unknown as Audit
let endpoints = open()

function open() {
  return witnessEndpoints({
    register,
    identity: supervisor,
    roots: fromPem(hierarchy.rootPem, 'CERTIFICATE'),
    audit,
    clock,
    roles: ['csms'],
    onRefusal: (actor, reason) => void refusals.push(`${actor} ${reason}`),
  })
}

beforeEach(() => {
  now = 1_767_636_000_000
  rows = []
  recorded = []
  refusals = []
  endpoints = open()
})

const offer = async (by: Identity, seq: number, byte = 'ab') => {
  const covered = { actor: by.peer.role, seq, hash: byte.repeat(32), at: now }
  const signature = toBase64Url(nodeCrypto.sign(by.key, checkpointBytes(covered)))
  const body: AuditCheckpoint = { ...covered, signature, certificate: by.chainPem }
  const [post] = endpoints
  const reply = await post?.handle({
    peer: by.peer,
    path: '',
    params: {},
    query: {},
    headers: {},
    body,
  })
  return [reply?.status, (reply?.body as { reason?: string } | undefined)?.reason] as const
}
const taken = [201, undefined]

test('one signer is witnessed so many times an hour, and then again when the hour is over', async () => {
  for (let seq = 1; seq <= limits.checkpointsPerHourMax; seq++)
    expect(await offer(csms, seq)).toEqual(taken)
  const next = limits.checkpointsPerHourMax + 1
  expect(await offer(csms, next)).toEqual([429, 'RateExceeded'])
  expect(rows).toHaveLength(limits.checkpointsPerHourMax)
  expect(refusals).toEqual(['csms RateExceeded'])
  expect(recorded.at(-1)).toMatchObject({
    kind: 'CheckpointRefused',
    data: { actor: 'csms', seq: next, reason: 'RateExceeded' },
  })
  now += hour - 1
  expect(await offer(csms, next)).toEqual([429, 'RateExceeded'])
  now += 1
  expect(await offer(csms, next)).toEqual(taken)
})

test('what one signer has used up takes nothing from another', async () => {
  for (let seq = 1; seq <= limits.checkpointsPerHourMax; seq++) await offer(csms, seq)
  expect(await offer(csms, 999)).toEqual([429, 'RateExceeded'])
  expect(await offer(dsrsp, 1)).toEqual(taken)
})

test('neither the same checkpoint again nor a refused one counts', async () => {
  for (let count = 0; count <= limits.checkpointsPerHourMax; count++) {
    expect(await offer(csms, 5)).toEqual(taken)
    expect(await offer(csms, 5, 'cd')).toEqual([409, 'CheckpointConflict'])
  }
  expect(rows).toHaveLength(1)
  expect(await offer(csms, 6)).toEqual(taken)
})

test('checkpoints that come at once are compared with each other', async () => {
  const replies = await Promise.all([offer(csms, 7), offer(csms, 7, 'cd'), offer(csms, 6)])
  expect(replies).toEqual([taken, [409, 'CheckpointConflict'], [409, 'CheckpointConflict']])
  expect(rows).toHaveLength(1)
})

test('nobody witnesses its own trail, and one signed by a stranger is not kept', async () => {
  expect(await offer(supervisor, 1)).toEqual([403, 'NotPermitted'])
  expect(await offer(stranger, 1)).toEqual([400, 'RequestInvalid'])
  expect(rows).toEqual([])
  expect(refusals).toEqual(['supervisor NotPermitted', 'csms RequestInvalid'])
})
