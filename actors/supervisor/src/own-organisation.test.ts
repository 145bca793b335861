import { afterAll, beforeAll, expect, test } from 'vitest'
import { inService, notified, openWorld, preNotification, type World } from './world.fixture.ts'

/** What people of one organisation may do at the supervisor to what belongs to another. */

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** A maintainer of the CSMS that is bound to every unit of these tests, and one of another CSMS. */
const ofCsms = () => world.charging.certify('maintainer', world.csms.peer.organisation)
const ofOther = () => world.charging.certify('maintainer', world.otherCsms.peer.organisation)
type Person = ReturnType<typeof ofCsms>
const refused = { status: 403, body: { reason: 'IdentityMismatch' } }

const revoke = (who: Person, serialHex: string) =>
  world.ask(who, 'POST', '/api/v1/revocations', { serialHex, reason: 'lost' })
const health = async (who: Person) => (await world.ask(who, 'GET', '/healthz')).status

test('a maintainer revokes no certificate of another organisation, its CSMS or its DSR provider', async () => {
  const { otherCsms, dsrsp } = world
  for (const each of [otherCsms, dsrsp]) {
    expect(await revoke(ofCsms(), each.peer.serialHex)).toMatchObject(refused)
    expect(world.auditLines().at(-1)).toContain('RevocationRefused')
    expect(await health(each)).toBe(200)
  }
})

test('a maintainer revokes what is of its own organisation, a station of it as well', async () => {
  const lost = world.charging.certify('web', world.csms.peer.organisation)
  expect((await revoke(ofCsms(), lost.peer.serialHex)).status).toBe(201)
  expect(await health(lost)).toBe(403)
  const unit = await inService(world)
  const path = `/api/v1/devices/${unit.stationId}`
  const { serialHex } = (await world.ask(world.csms, 'GET', path)).body as { serialHex?: string }
  expect(await revoke(ofOther(), serialHex ?? '')).toMatchObject(refused)
  expect((await revoke(ofCsms(), serialHex ?? '')).status).toBe(201)
})

test("recovery and the supervisor's own maintainers revoke for every organisation", async () => {
  for (const who of [world.maintainer, world.as('recovery')]) {
    const lost = world.as('web')
    expect((await revoke(who, lost.peer.serialHex)).status).toBe(201)
    expect(await health(lost)).toBe(403)
  }
})

test("a serial that is nobody's is not found, whoever asks", async () => {
  for (const who of [ofCsms(), world.maintainer])
    expect(await revoke(who, 'ff')).toMatchObject({ status: 404, body: { reason: 'NotFound' } })
})

test("firmware is registered by the supervisor's own maintainers only", async () => {
  const entry = { sha256: 'ef'.repeat(32), maker: 'Maker', version: '2.0' }
  const add = (who: Person) => world.ask(who, 'POST', '/api/v1/firmware', entry)
  expect(await add(ofCsms())).toMatchObject(refused)
  const found = () => world.ask(world.csms, 'GET', `/api/v1/firmware/${entry.sha256}`)
  expect((await found()).status).toBe(404)
  expect((await add(world.maintainer)).status).toBe(201)
  expect((await found()).status).toBe(200)
})

test('people of another organisation move no station along its life; its own people do', async () => {
  const unit = await inService(world)
  const path = `/api/v1/devices/${unit.stationId}`
  const move = (who: Person, state: string) => world.ask(who, 'POST', `${path}/state`, { state })
  const foreignInstaller = world.charging.certify('installer', world.dsrsp.peer.organisation)
  for (const who of [ofOther(), foreignInstaller])
    expect(await move(who, 'decommissioned')).toMatchObject(refused)
  expect((await world.ask(world.csms, 'GET', path)).body.state).toBe('authorised')
  expect((await move(ofCsms(), 'suspended')).status).toBe(200)
  expect((await move(world.maintainer, 'decommissioned')).status).toBe(200)
})

test("an installer announces stations for its own CSMS; the supervisor's own, for every CSMS", async () => {
  const unit = {
    stationId: 'S-announced',
    eui: world.otherCsms.peer.eui,
    secret: 'of the label',
    counter: 0n,
  }
  const announce = (who: Person) =>
    world.ask(who, 'POST', '/api/v1/devices', preNotification(world, unit))
  const installerOf = (each: Person) => world.charging.certify('installer', each.peer.organisation)
  expect(await announce(installerOf(world.otherCsms))).toMatchObject(refused)
  expect((await announce(installerOf(world.csms))).status).toBe(201)
  // By the supervisor's own installer.
  await notified(world)
})

test("meters are registered by the supervisor's own maintainers only, and what was is never changed", async () => {
  const meter = {
    evseId: 'NL*CPO*E1',
    serial: 'M-1',
    publicKey: 'AB'.repeat(64),
    ratingWatts: 7_360,
    from: '2026-01-01T00:00:00.000Z',
  }
  const add = (who: Person, change: object = {}) =>
    world.ask(who, 'POST', '/api/v1/meters', { ...meter, ...change })
  const known = () => world.ask(world.as('emsp'), 'GET', '/api/v1/meters/nl*cpo*e1')
  // Whoever bills by a meter would else name a key of its own.
  expect(await add(ofCsms())).toMatchObject(refused)
  expect((await known()).body).toMatchObject({ meters: [] })
  expect((await add(world.maintainer)).status).toBe(201)
  const ofCriminal = { serial: 'M-1', publicKey: 'CD'.repeat(64) }
  expect((await add(world.maintainer, ofCriminal)).body.reason).toBe('DeviceState')
  expect((await add(world.maintainer, { from: 'soon' })).body.reason).toBe('RequestInvalid')
  const next = { serial: 'M-2', from: '2026-02-01T00:00:00.000Z' }
  expect((await add(world.maintainer, next)).status).toBe(201)
  expect((await known()).body).toMatchObject({
    meters: [{ ...next, evseId: 'NL*CPO*E1' }, meter],
  })
})
