import { generateRsaKey, nodeCrypto as crypto } from '@interlock/host'
import { assert, toBase64Url, toHex, utf8 } from '@interlock/kernel'
import {
  bearerOf,
  createCsr,
  createRsaCsr,
  firstContactKey,
  firstContactPassword,
  fromPem,
  peerOf,
  toPem,
} from '@interlock/pki'
import { readCells, verifyProvider } from '@interlock/seal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshEui } from './neighbours.fixture.ts'
import {
  firstRequest,
  inService,
  notified,
  openWorld,
  order,
  pair,
  preNotification,
  ratingWatts,
  renewalRequest,
  subjectOf,
  type World,
} from './world.fixture.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world.close()
})
const refusedWith = (reason: string) => ({ body: { reason } })
const leafOf = (chainPem = '') => {
  const [leaf] = fromPem(chainPem, 'CERTIFICATE')
  const peer = peerOf(leaf ?? new Uint8Array(), crypto)
  return peer.ok ? peer.value : undefined
}

test('a pre-notified unit with its proof gets its certificate and the cells to pin', async () => {
  const unit = await notified(world)
  const own = pair()
  const { status, body } = await order(world, unit, firstRequest(world, unit, own))
  expect(status).toBe(200)
  expect(leafOf(body.chainPem)).toMatchObject({ stationId: unit.stationId, eui: unit.eui })
  const read = readCells(body.cells)
  assert(read.ok, 'the cells can be read')
  const { statement, signed, signature, chain } = read.value
  expect(statement.cells.map((cell) => cell.role)).toEqual(['supervisor', 'csms', 'dsrsp'])
  const [, csms] = statement.cells
  expect(leafOf(csms?.certificatePem)?.thumbprint).toBe(world.csms.peer.thumbprint)
  const { spki } = own.key.publicKey
  expect(statement).toMatchObject({ station: unit.eui, key: toBase64Url(crypto.sha256(spki)) })
  const signer = peerOf(chain[0] ?? new Uint8Array(), crypto)
  assert(signer.ok && signer.value.role === 'supervisor', 'the supervisor signed')
  expect(crypto.verify(signer.value.publicKey, signed, signature)).toBe(true)
  const path = `/api/v1/devices/${unit.stationId}`
  expect((await world.ask(world.csms, 'GET', path)).body.state).toBe('authorised')
})

test('a charger is bound to another provider by the supervisor’s own people, and each word counts higher', async () => {
  const unit = await inService(world)
  const path = `/api/v1/devices/${unit.stationId}/provider`
  const dsrsp = world.dsrsp.peer.organisation
  const bind = async (by: World['csms'], body: object) =>
    (await world.ask(by, 'POST', path, body)) as { status: number; body: { statement?: unknown } }
  const { status, body } = await bind(world.maintainer, { dsrsp, floor: '7000' })
  expect(status).toBe(200)
  const signer = leafOf(world.supervisorChain)
  const signers = signer === undefined ? [] : [signer]
  const first = verifyProvider(body.statement, signers, crypto)
  const again = await bind(world.maintainer, { dsrsp })
  const second = verifyProvider(again.body.statement, signers, crypto)
  assert(first.ok && second.ok, 'the supervisor signed both')
  expect(first.value).toMatchObject({ station: unit.eui, floor: 7_000n })
  expect(leafOf(toPem(first.value.chain[0] ?? new Uint8Array(), 'CERTIFICATE'))).toMatchObject({
    organisation: dsrsp,
    role: 'dsrsp',
  })
  expect(second.value.counter).toBeGreaterThan(first.value.counter)
  for (const bearer of [world.maintainer, world.csms])
    expect(await world.ask(bearer, 'GET', path)).toMatchObject({ status: 200, body: again.body })
  const other = await world.ask(world.as('csms'), 'GET', path)
  expect(other).toMatchObject(refusedWith('IdentityMismatch'))
  const stranger = { dsrsp: freshEui() }
  expect(await bind(world.maintainer, stranger)).toMatchObject(refusedWith('IdentityMismatch'))
  expect(await bind(world.csms, { dsrsp })).toMatchObject({ status: 403 })
  const waiting = await notified(world)
  const early = `/api/v1/devices/${waiting.stationId}/provider`
  expect(await world.ask(world.csms, 'GET', early)).toMatchObject(refusedWith('NotFound'))
  expect(await world.ask(world.maintainer, 'POST', early, { dsrsp })).toMatchObject(
    refusedWith('DeviceState'),
  )
})

test('its CSMS can recognise the unit at first contact, once, and nobody else can', async () => {
  const unit = await notified(world)
  const path = `/api/v1/devices/${unit.stationId}`
  const password = firstContactPassword(firstContactKey(unit.secret, crypto), crypto)
  const { body } = await world.ask(world.csms, 'GET', path)
  expect(body.passwordSha256).toBe(toHex(crypto.sha256(utf8(password))))
  expect(JSON.stringify(body)).not.toContain('secretSha256')
  const seenBy = async (identity: World['csms']) => (await world.ask(identity, 'GET', path)).body
  expect(await seenBy(world.otherCsms)).not.toHaveProperty('passwordSha256')
  await order(world, unit, firstRequest(world, unit, pair()))
  expect((await seenBy(world.csms)).passwordSha256).toBeNull()
})

test('a unit that nobody announced is refused', async () => {
  const unit = { stationId: 'S-unknown', eui: world.csms.peer.eui, secret: 'x', counter: 0n }
  expect(await order(world, unit, firstRequest(world, unit, pair()))).toMatchObject(
    refusedWith('DeviceUnknown'),
  )
})

test('a CSMS that recorded a first contact cannot have a key of its own certified', async () => {
  const unit = await notified(world)
  const own = pair()
  const password = firstContactPassword(firstContactKey(unit.secret, crypto), crypto)
  const withPassword = { ...unit, secret: password }
  expect(await order(world, unit, firstRequest(world, withPassword, own))).toMatchObject(
    refusedWith('RequestInvalid'),
  )
  const bare = createCsr(own.key, subjectOf(world, unit), crypto)
  expect(await order(world, unit, bare)).toMatchObject(refusedWith('RequestInvalid'))
})

test('an RSA key is certified for a standard station, and never for a supervised one (A00.FR.421)', async () => {
  const rsa = generateRsaKey()
  const requested = (unit: Parameters<typeof subjectOf>[1]) =>
    createRsaCsr(rsa, subjectOf(world, unit))
  const standard = await inService(world, { trustMode: 'standard' })
  const { status, body } = await order(world, standard, requested(standard), false)
  expect(status).toBe(200)
  const [leaf = new Uint8Array()] = fromPem(body.chainPem ?? '', 'CERTIFICATE')
  expect(bearerOf(leaf, crypto)).toMatchObject({
    value: { stationId: standard.stationId, publicKey: undefined },
  })
  // The answer was lost: the same key has the same certificate.
  const again = await order(world, standard, requested(standard), false)
  expect(again.body.chainPem).toBe(body.chainPem)
  const supervised = await inService(world)
  expect(await order(world, supervised, requested(supervised), false)).toMatchObject({
    body: { reason: 'RequestInvalid', detail: expect.stringContaining('P-256') as string },
  })
})

test('another CSMS than the bound one is refused', async () => {
  const unit = await notified(world)
  const body = {
    stationId: unit.stationId,
    csrPem: firstRequest(world, unit, pair()),
    firstContact: true,
  }
  expect(await world.ask(world.otherCsms, 'POST', '/api/v1/certificates', body)).toMatchObject(
    refusedWith('IdentityMismatch'),
  )
})

test('a request that names another unit, or does not verify, is refused', async () => {
  const [unit, other] = [await notified(world), await notified(world)]
  expect(await order(world, unit, firstRequest(world, other, pair()))).toMatchObject(
    refusedWith('IdentityMismatch'),
  )
  const swapped = { ...unit, eui: other.eui }
  expect(await order(world, unit, firstRequest(world, swapped, pair()))).toMatchObject(
    refusedWith('IdentityMismatch'),
  )
  expect(await order(world, unit, 'nonsense')).toMatchObject(refusedWith('RequestInvalid'))
})

test('one first contact gives one certificate; the same key gets the same one again', async () => {
  const unit = await notified(world)
  const own = pair()
  const first = await order(world, unit, firstRequest(world, unit, own))
  const again = await order(world, unit, firstRequest(world, unit, own))
  expect(again.body.chainPem).toBe(first.body.chainPem)
  expect(await order(world, unit, firstRequest(world, unit, pair()))).toMatchObject(
    refusedWith('DeviceState'),
  )
})

test('two first contacts at the same moment give one certificate', async () => {
  const unit = await notified(world)
  const answers = await Promise.all(
    [pair(), pair()].map((each) => order(world, unit, firstRequest(world, unit, each))),
  )
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 409]))
})

test('the key in force renews, and no other key does', async () => {
  const unit = await notified(world)
  const [old, next] = [pair(), pair()]
  await order(world, unit, firstRequest(world, unit, old))
  expect(await order(world, unit, renewalRequest(world, unit, next, next), false)).toMatchObject(
    refusedWith('RequestInvalid'),
  )
  expect(await order(world, unit, firstRequest(world, unit, next), false)).toMatchObject(
    refusedWith('RequestInvalid'),
  )
  const renewed = await order(world, unit, renewalRequest(world, unit, old, next), false)
  expect(leafOf(renewed.body.chainPem)?.publicKey.spki).toEqual(next.key.publicKey.spki)
  // The old key is no longer in force.
  expect(await order(world, unit, renewalRequest(world, unit, old, pair()), false)).toMatchObject(
    refusedWith('RequestInvalid'),
  )
})

test('a notification again changes nothing; a different one for the same unit is refused', async () => {
  const unit = await notified(world)
  const same = preNotification(world, unit)
  const notify = (body: object) => world.ask(world.installer, 'POST', '/api/v1/devices', body)
  expect((await notify(same)).status).toBe(200)
  expect(await notify({ ...same, ratingWatts: 22_000 })).toMatchObject(refusedWith('DeviceState'))
  expect(await notify({ ...same, stationId: 'S-other' })).toMatchObject(refusedWith('DeviceState'))
})

test('a rating that the data company does not have for that charger is refused by name', async () => {
  const llcs = freshEui()
  const unit = { stationId: 'S-rating', eui: freshEui(), secret: 'x', counter: 0n }
  const body = { ...preNotification(world, unit), llcs }
  const notify = (changes: object) =>
    world.ask(world.installer, 'POST', '/api/v1/devices', { ...body, ...changes })
  expect(await notify({})).toMatchObject(refusedWith('InventoryMismatch'))
  world.dcc.inventory.set(llcs, { controllers: [{ number: 1, ratingWatts }] })
  // Too small a rating would be charged too little in one of the two ledgers.
  expect(await notify({ ratingWatts: ratingWatts - 1 })).toMatchObject({
    status: 409,
    body: { reason: 'InventoryMismatch', detail: `EVSE 1 of ${llcs} is of ${ratingWatts} W` },
  })
  expect(await notify({ evses: [1, 2] })).toMatchObject(refusedWith('InventoryMismatch'))
  expect(world.auditLines().at(-1)).toContain('InventoryMismatch')
  expect((await notify({})).status).toBe(201)
})

test('a delay below its legal default is not taken, one up to its limit is', async () => {
  const unit = await notified(world, { delaySecondsMax: 1_800 })
  const path = `/api/v1/devices/${unit.stationId}`
  expect((await world.ask(world.csms, 'GET', path)).body).toMatchObject({ delaySecondsMax: 1_800 })
  const body = { ...preNotification(world, unit), delaySecondsMax: 599 }
  expect((await world.ask(world.installer, 'POST', '/api/v1/devices', body)).status).toBe(400)
})

test('a unit with firmware that is not registered is refused', async () => {
  const unit = { stationId: 'S-firmware', eui: world.dsrsp.peer.eui, secret: 'x', counter: 0n }
  const body = { ...preNotification(world, unit), firmwareSha256: 'cd'.repeat(32) }
  const notify = () => world.ask(world.installer, 'POST', '/api/v1/devices', body)
  expect(await notify()).toMatchObject(refusedWith('PlausibilityFailed'))
  const entry = { sha256: 'cd'.repeat(32), maker: 'Maker', version: '1.1' }
  const added = await world.ask(world.maintainer, 'POST', '/api/v1/firmware', entry)
  expect(added.status).toBe(201)
  expect((await notify()).status).toBe(201)
  const path = `/api/v1/firmware/${entry.sha256}`
  expect((await world.ask(world.csms, 'GET', path)).body).toEqual(entry)
})

test('life moves along its table: a decommissioned unit neither renews nor comes back', async () => {
  const unit = await inService(world)
  const move = (state: string) =>
    world.ask(world.installer, 'POST', `/api/v1/devices/${unit.stationId}/state`, { state })
  expect((await move('commissioned')).status).toBe(200)
  expect(await move('authorised')).toMatchObject(refusedWith('DeviceState'))
  expect((await move('decommissioned')).status).toBe(200)
  expect(await move('commissioned')).toMatchObject(refusedWith('DeviceState'))
  expect(await order(world, unit, firstRequest(world, unit, pair()), false)).toMatchObject(
    refusedWith('DeviceState'),
  )
})

test('without the authority nothing is issued, and the unit can try again', async () => {
  const unit = await notified(world)
  const own = pair()
  await world.restart()
  await world.issuing.close()
  const lost = await order(world, unit, firstRequest(world, unit, own))
  expect(lost).toMatchObject({ status: 503, ...refusedWith('Unavailable') })
  expect(world.auditLines().at(-1)).toContain('CertificateRefused')
  const path = `/api/v1/devices/${unit.stationId}`
  expect((await world.ask(world.csms, 'GET', path)).body).toMatchObject({
    state: 'prenotified',
    firstContactUsed: false,
  })
})
