import { readFileSync } from 'node:fs'
import { openSigned, parseResponse, responseNameOf } from '@interlock/duis'
import { identityOf, nodeCrypto as crypto, writeAtomic, type Identity } from '@interlock/host'
import { eui64, inMinutes, toBase64 } from '@interlock/kernel'
import { fromPem, readCrl } from '@interlock/pki'
import { readerConsentStatement } from '@interlock/seal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTariff } from './attempts.fixture.ts'
import { eventually } from './eventually.fixture.ts'
import { network, owner, ownerEui } from './network.fixture.ts'
import { askSupplier } from './supplier.fixture.ts'

let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('lists')
  await eventually(() => world.hub.connected())
})
afterAll(() => world.close())

const install = (list: string): void => writeAtomic(world.revocationList, list, 0o644)
const numberOf = (text: string): number => {
  const [issuer = new Uint8Array()] = fromPem(text, 'CERTIFICATE')
  const list = readCrl(text, issuer, crypto)
  return list.ok ? list.value.number : -1
}
/** `command` for a command, the number for a list, in the order in which the LLCS heard them. */
const heard = () => world.llcs.heard.map((each) => (each === 'command' ? each : numberOf(each)))
/** Each list once: one whose receipt came late is delivered again. */
const lists = (): readonly (string | number)[] => [
  ...new Set(heard().filter((each) => each !== 'command')),
]
const arm = () => world.arm(world.users.web, world.armRequest('7.13'), owner)

test('an LLCS has the newest list before any command, and each list once', async () => {
  expect(await arm()).toMatchObject({ name: 'Accepted' })
  const [first, ...rest] = heard()
  expect(first).toBeGreaterThan(0)
  expect(rest).toEqual(['command'])
  await arm()
  expect(heard()).toEqual([first, 'command', 'command'])
})

test('a new list goes out by itself, and its number grows although nobody was revoked', async () => {
  install(world.smki.newList())
  await world.dccWall.advance(inMinutes(1))
  await eventually(() => lists().length === 2)
  const [first, second] = lists()
  expect(second).toBeGreaterThan(Number(first))
})

test('a user whose certificate is revoked is refused at the door once the list is there, and what it had held is carried out no more', async () => {
  const { users, llcs, dccIdentity } = world
  // Of the same organisation as the one that stays.
  const revoked = world.identity('web', 'smki', users.web)
  const api = (by: Identity, method: string, path: string, body?: unknown) =>
    world.clientOf(by).request(method, `${world.url}${path}`, body)
  const own = [{ service: '7.13', periodMinutes: 1, most: 0 }]
  expect((await api(users.web, 'PUT', '/api/v1/thresholds', own)).status).toBe(204)
  const asked = [revoked, users.web].map((by) => world.arm(by, world.armRequest('7.13'), owner))
  for (const { name } of await Promise.all(asked)) expect(name).toBe('Quarantined')
  const { body } = await api(users.web, 'GET', '/api/v1/quarantine')
  const { requests } = body as { readonly requests: readonly { readonly reference: string }[] }
  install(world.smki.revoke(revoked.peer.serialHex))
  await world.dccWall.advance(inMinutes(1))
  expect(await api(revoked, 'GET', '/healthz')).toMatchObject({
    status: 403,
    body: { reason: 'CertificateRevoked' },
  })
  const before = llcs.accepted.length
  const processed = requests.map(async ({ reference }) => {
    const path = `/api/v1/quarantine/${reference}/process`
    const signed = openSigned(
      `${(await api(users.web, 'POST', path)).body}`,
      dccIdentity.peer,
      crypto,
    )
    const read = signed.ok ? parseResponse(signed.value.xml) : signed
    return read.ok ? responseNameOf(read.value.code) : read.reason
  })
  expect((await Promise.all(processed)).toSorted()).toEqual(['Accepted', 'SignerRevoked'])
  expect(llcs.accepted).toHaveLength(before + 1)
  expect((await api(users.web, 'PUT', '/api/v1/thresholds', [])).status).toBe(204)
})

test('an older list, or none, changes nothing', async () => {
  const older = world.smki.newList()
  install(world.smki.newList())
  await world.dccWall.advance(inMinutes(1))
  await eventually(() => lists().length === 4)
  const before = lists()
  for (const text of [older, 'no list']) {
    install(text)
    await world.dccWall.advance(inMinutes(1))
  }
  expect(lists()).toEqual(before)
  expect(await arm()).toMatchObject({ name: 'Accepted' })
})

test("another home's supplier reads no tariff here, and is on the record", async () => {
  const eui = eui64('02-00-00-00-00-00-00-98')
  const subject = { commonName: 'other', role: 'supplier', eui, organisation: eui } as const
  const { keyPem, chainPem } = world.smki.certify(subject)
  const other = identityOf(keyPem, chainPem, 'supplier')
  expect(await world.ask(other, readTariff(world, other))).toMatchObject({
    name: 'RelationMissing',
  })
  const record = readFileSync(`${world.dir}/dcc/audit.jsonl`, 'utf8').trimEnd().split('\n')
  expect(JSON.parse(record.at(-1) ?? '')).toMatchObject({
    kind: 'RequestRefused',
    data: { reason: 'RelationMissing', role: 'supplier', user: eui },
  })
})

test('a reader reads a home until its consent is withdrawn, at once and over a restart, and after it is given again', async () => {
  const { supplier, csms, dsrsp } = world.users
  const reader = csms.peer.organisation
  const order = (by: Identity, consent: 'given' | 'withdrawn', change: object = {}) => {
    const device = world.devices.meter.peer.eui
    const decision = { device, reader, consent, at: world.clock.now(), ...change }
    const signature = toBase64(crypto.sign(by.key, readerConsentStatement(decision)))
    return { ...decision, signature }
  }
  const put = async (by: Identity, { device, reader: of, ...body }: ReturnType<typeof order>) => {
    const path = `${world.url}/api/v1/devices/${device}/readers/${of}`
    const answer = await world.clientOf(by).request('PUT', path, body)
    return answer.status === 204 ? 'done' : (answer.body as { reason: string }).reason
  }
  const say = (by: Identity, consent: 'given' | 'withdrawn') => put(by, order(by, consent))
  const reads = async (by: Identity) => (await world.ask(by, readTariff(world, by))).name
  // There is no tariff yet, and the meter says so.
  const [may, mayNot] = ['DeviceRefused', 'RelationMissing']

  expect(await reads(csms)).toBe(may)
  expect(await say(dsrsp, 'withdrawn')).toBe('NotPermitted')
  expect(await say(csms, 'given')).toBe('NotPermitted')
  const forged = { ...order(dsrsp, 'withdrawn'), at: world.clock.now() }
  expect(await put(supplier, forged)).toBe('RequestInvalid')
  const old = order(supplier, 'withdrawn', { at: world.clock.now() - 60_000 })
  expect(await put(supplier, old)).toBe('RequestInvalid')
  const own = order(supplier, 'withdrawn', { reader: supplier.peer.organisation })
  expect(await put(supplier, own)).toBe('NotFound')
  expect(await reads(csms)).toBe(may)

  const withdrawn = order(supplier, 'withdrawn')
  expect(await put(supplier, withdrawn)).toBe('done')
  expect([await reads(csms), await reads(dsrsp)]).toEqual([mayNot, may])
  expect(readFileSync(`${world.dir}/dcc/audit.jsonl`, 'utf8')).toContain(withdrawn.signature)
  install(world.smki.newList())
  await world.restartDcc()
  await eventually(() => world.dcc().hubsConnected() === 1)
  expect(await reads(csms)).toBe(mayNot)

  await world.clock.advance(1_000)
  expect(await say(supplier, 'given')).toBe('done')
  expect(await put(supplier, withdrawn)).toBe('RequestInvalid')
  expect(await reads(csms)).toBe(may)
  await world.clock.advance(1_000)
  expect(await say(csms, 'withdrawn')).toBe('done')
  expect(await reads(csms)).toBe(mayNot)
})

test('a supplier believes a meter no more whose certificate is revoked, whoever brings its answer', async () => {
  const { meter } = world.devices
  install(world.smki.revoke(meter.peer.serialHex))
  await world.dccWall.advance(inMinutes(1))
  // It looks at its start.
  await world.restartSupplier(async () => {})
  const path = `${meter.peer.eui}/consumption`
  const { body } = await askSupplier(world, world.users.supplier, path, undefined, 'GET')
  expect(body.problem).toBe('DeviceCertificateInvalid')
  // Its own word, before the data company's.
  const trail = readFileSync(`${world.dir}/supplier/audit.jsonl`, 'utf8')
  expect(trail).toMatch(/"CertificateRevoked".*"kind":"AnswerRefused"/u)
})

test('an LLCS whose certificate is revoked is commanded and believed no more', async () => {
  const { llcs, devices, users, clock } = world
  const used = () =>
    llcs.alert({
      code: 'ECS101',
      recipient: devices.dcc,
      about: { party: ownerEui, counter: 1n },
      controller: 1,
      direction: 'import',
      levelPercent: 100,
      from: clock.now(),
      until: clock.now(),
    })
  const read = async () => {
    const request = { ...world.armRequest('7.16'), service: '7.15', commandVariant: 1 } as const
    return (await world.ask(users.dsrsp, { ...request, body: { kind: 'readControllerOperation' } }))
      .name
  }
  expect([await used(), await read(), (await arm()).name]).toEqual([true, 'Accepted', 'Accepted'])
  const reached = llcs.accepted.length
  install(world.smki.revoke(devices.llcs.peer.serialHex))
  await world.dccWall.advance(inMinutes(1))
  const refused = 'DeviceCertificateInvalid'
  expect([await used(), await read(), (await arm()).name]).toEqual([false, refused, refused])
  expect(llcs.accepted).toHaveLength(reached)
})
