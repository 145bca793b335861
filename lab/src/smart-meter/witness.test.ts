import { httpClient, nodeCrypto as crypto, readStatement, type Identity } from '@interlock/host'
import { toBase64Url, unobserved } from '@interlock/kernel'
import { checkpointBytes, type WitnessStatement } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { network } from './network.fixture.ts'

let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('dcc-witness')
})
afterAll(() => world.close())

const route = '/api/v1/checkpoints'
const permitted = ['supervisor', 'supplier']
const send = async (as: Identity, method: string, path: string, body?: unknown) => {
  const answer = await world.clientOf(as).request(method, `${world.url}${path}`, body)
  return { status: answer.status, body: answer.body as Record<string, unknown> }
}
const offer = (signer: Identity, seq: number, carrier = signer, byte = 'ab') => {
  const covered = { actor: signer.peer.role, seq, hash: byte.repeat(32), at: 1 }
  const signature = toBase64Url(crypto.sign(signer.key, checkpointBytes(covered)))
  return send(carrier, 'POST', route, { ...covered, signature, certificate: signer.chainPem })
}

test('only those whom the data company witnesses post checkpoints there and read statements', async () => {
  const roles = { ...world.users, ...world.devices, dcc: world.identity('dcc') }
  for (const [role, identity] of Object.entries(roles)) {
    const posted = await send(identity, 'POST', route, { unexpected: true })
    const read = await send(identity, 'GET', `${route}/supplier`)
    const expected = permitted.includes(role) ? [400, 200] : [403, 403]
    expect([role, posted.status, read.status]).toEqual([role, ...expected])
  }
})

test('without a certificate of the smart-meter root nothing is witnessed', async () => {
  const trust = { roots: [world.smki.rootPem] }
  const charging = world.identity('supervisor', 'charging', world.users.supervisor)
  for (const options of [{ trust }, { trust, identity: charging }]) {
    const client = httpClient({ ...options, activity: unobserved })
    const { status } = await client.request('POST', `${world.url}${route}`, {})
    await client.close()
    expect(status).toBe(401)
  }
})

test('it witnesses the supplier and the supervisor, by their signatures and not by their carrier', async () => {
  const { supplier, supervisor } = world.users
  const roots = fromPem(world.smki.rootPem, 'CERTIFICATE')
  expect((await offer(supplier, 1_000)).status).toBe(201)
  expect((await offer(supervisor, 1_000, supplier)).status).toBe(201)
  expect((await offer(supplier, 999)).body).toMatchObject({ reason: 'CheckpointConflict' })
  expect((await offer(supplier, 1_000, supplier, 'cd')).body['reason']).toBe('CheckpointConflict')
  const { body } = await send(supplier, 'GET', `${route}/supervisor`)
  const [statement] = body as unknown as WitnessStatement[]
  expect(readStatement(statement, roots)).toMatchObject({
    ok: true,
    value: { signer: supervisor.peer.eui, checkpoint: { seq: 1_000 } },
  })
})

test('it refuses what it has signed itself, and what a stranger has signed', async () => {
  const own = await offer(world.dccIdentity, 5, world.users.supplier)
  expect([own.status, own.body['reason']]).toEqual([403, 'NotPermitted'])
  const { body } = await send(world.users.supplier, 'GET', `${route}/dcc`)
  expect(body).toEqual([])
})
