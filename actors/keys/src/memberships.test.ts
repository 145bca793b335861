import type { HttpRequest } from '@interlock/host'
import { eui64, instant, ok, type Role } from '@interlock/kernel'
import type { Admission } from '@interlock/seal'
import { limits } from '@interlock/contract'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import { clientEndpoints, type KeyDesk } from './endpoints.ts'
import { openNamedReaders } from './named-readers.ts'

const one = eui64('A0-00-00-00-00-00-00-01')
const home = eui64('00-00-00-00-00-00-00-11')
const peerOf = (role: Role, eui: typeof one) =>
  ({ role, eui, organisation: eui, thumbprint: `${role} ${eui}` }) as HttpRequest['peer']
const memberOf = (peer: HttpRequest['peer']) => ({ ...peer, publicKey: peer.publicKey })
const everyone: Admission = { isTrusted: () => true, holds: () => true }

/** The doors of clients over readers by name, and what the audit was told. */
function world(admission: Admission = everyone) {
  let now = instant(0)
  const journal: Journal = {
    entries: () => [],
    append: () => {},
    isLong: false,
    rewrite: () => {},
    close: () => {},
  }
  const supplier = peerOf('supplier', one)
  const holder = (thumbprint: string) =>
    thumbprint === supplier.thumbprint ? memberOf(supplier) : undefined
  const clock = { now: () => now }
  const named = openNamedReaders(journal, holder, admission, clock)
  const audited: string[] = []
  const desk = {
    named,
    clock,
    audit: { record: (kind: string) => void audited.push(kind) },
    // In a group: a member already.
    server: { join: () => Promise.resolve(ok(false)), leave: () => Promise.resolve(false) },
  }
  const doors = clientEndpoints(desk as unknown as KeyDesk)
  const ask = async (method: string, peer: HttpRequest['peer'], topic: string) => {
    const url = method === 'GET' ? '/api/v1/readers' : '/api/v1/memberships'
    const door = doors.find((each) => each.method === method && each.url === url)
    const request = { peer, body: { topic }, query: { topic } } as unknown as HttpRequest
    return door?.handle(request)
  }
  return { ask, audited, supplier, pass: (by: number) => void (now = instant(now + by)) }
}
const topic = `ev/eastern/f1/dailyConsumption/${home}`

test('who asks again where it is a member already is told so, and the audit of the first time alone', async () => {
  const { ask, audited, supplier } = world()
  for (let times = 0; times < 1_000; times++)
    expect(await ask('PUT', supplier, topic)).toEqual({ status: 204 })
  expect(audited).toEqual(['Joined'])
  expect(await ask('PUT', supplier, `ev/eastern/f1/consumption/${home}`)).toEqual({ status: 204 })
  expect(audited).toEqual(['Joined'])
})

test('a reader by name that leaves and comes back without end is paced; leaving is at once', async () => {
  const { ask, audited, supplier, pass } = world()
  const statuses = []
  for (let times = 0; times < 40; times++) {
    const joined = await ask('PUT', supplier, topic)
    statuses.push(joined && 'status' in joined ? joined.status : 0)
    await ask('DELETE', supplier, topic)
  }
  const taken = statuses.filter((status) => status === 204)
  expect(taken).toHaveLength(1 + limits.joinsAtOnceMax)
  expect(audited.filter((kind) => kind === 'Left')).toHaveLength(taken.length)
  expect(await ask('PUT', supplier, topic)).toMatchObject({ body: { reason: 'JoinTooOften' } })
  pass(limits.joinAgainMillis)
  expect(await ask('PUT', supplier, topic)).toEqual({ status: 204 })
})
