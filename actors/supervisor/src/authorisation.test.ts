import { nodeCrypto as crypto, readStatement } from '@interlock/host'
import { assert, toBase64Url } from '@interlock/kernel'
import { checkpointBytes, type WitnessStatement } from '@interlock/ledger'
import { fromPem, readCrl } from '@interlock/pki'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  doorsMillisMax,
  rolesUnder,
  wronglyOpen,
  type DoorTable,
} from '../../../tools/doors/wrongly-open.ts'
import { inService, openWorld, order, pair, profileOf, renewalRequest } from './world.fixture.ts'
import { firstRequest, notified, signed, submit, type World } from './world.fixture.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world.close()
})

const everyone = rolesUnder('charging')
const table: DoorTable = {
  'POST /api/v1/devices': ['installer'],
  'GET /api/v1/devices/:stationId': ['csms', 'dsrsp', 'installer', 'maintainer', 'web'],
  'POST /api/v1/devices/:stationId/state': ['installer', 'maintainer'],
  'POST /api/v1/devices/:stationId/provider': ['maintainer'],
  'GET /api/v1/devices/:stationId/provider': ['csms', 'maintainer'],
  'POST /api/v1/certificates': ['csms'],
  'POST /api/v1/countersignatures': ['csms', 'dsrsp'],
  'POST /api/v1/charging-hours': ['csms'],
  'POST /api/v1/charging-hours/answered': ['csms'],
  'POST /api/v1/reservations': ['dcc'],
  'DELETE /api/v1/reservations/:id': ['dcc'],
  'POST /api/v1/plans': ['csms'],
  'POST /api/v1/firmware': ['maintainer'],
  'GET /api/v1/firmware/:sha256': ['csms', 'dsrsp', 'installer', 'maintainer', 'web'],
  'POST /api/v1/providers': ['recovery'],
  'POST /api/v1/meters': ['maintainer'],
  'GET /api/v1/meters/:evseId': ['csms', 'dso', 'emsp', 'maintainer', 'web'],
  'POST /api/v1/revocations': ['recovery', 'maintainer'],
  'GET /api/v1/crl': everyone,
  'GET /api/v1/crl/smart-meter': everyone,
  'POST /api/v1/checkpoints': everyone,
  'GET /api/v1/checkpoints/:actor': everyone,
  'GET /healthz': everyone,
  'GET /api/v1/events': ['web'],
}

test(
  'every door is for the roles of its row, over every role of both roots',
  async () => {
    const { port, doors } = world.running()
    const problems = await wronglyOpen({
      port,
      doors,
      root: world.charging.rootPem,
      table,
      hierarchy: 'charging',
      certify: (role) => world.charging.certify(role, world.organisation),
      certifyElsewhere: (role) => world.smartMeter.certify(role, world.organisation),
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)

const revoke = (serialHex: string) =>
  world.ask(world.as('recovery'), 'POST', '/api/v1/revocations', { serialHex, reason: 'lost' })

test('a revoked client is refused at once, and peers can fetch the list', async () => {
  const lost = world.as('web')
  expect((await world.ask(lost, 'GET', '/healthz')).status).toBe(200)
  expect((await revoke(lost.peer.serialHex)).status).toBe(201)
  expect(await world.ask(lost, 'GET', '/healthz')).toMatchObject({
    status: 403,
    body: { reason: 'CertificateRevoked' },
  })
  const { body } = await world.ask(world.csms, 'GET', '/api/v1/crl')
  const [issuer] = fromPem(world.charging.issuing.certificatePem, 'CERTIFICATE')
  const list = readCrl(String(body), issuer ?? new Uint8Array(), crypto)
  assert(list.ok, 'the list verifies')
  expect(list.value.serials.has(lost.peer.serialHex)).toBe(true)
})

test('the list of the smart-meter authority is passed on to whoever has no way to it', async () => {
  const { body } = await world.ask(world.csms, 'GET', '/api/v1/crl/smart-meter')
  const [issuer] = fromPem(world.smartMeter.issuing.certificatePem, 'CERTIFICATE')
  expect(readCrl(String(body), issuer ?? new Uint8Array(), crypto)).toMatchObject({ ok: true })
})

test('the list survives a restart; an unknown serial and its own are refused', async () => {
  const lost = world.as('web')
  await revoke(lost.peer.serialHex)
  await world.restart()
  expect((await world.ask(lost, 'GET', '/healthz')).body.reason).toBe('CertificateRevoked')
  expect((await revoke('ff')).body.reason).toBe('NotFound')
})

test('a station whose certificate is revoked does not renew with it', async () => {
  const unit = await notified(world)
  const old = pair()
  await order(world, unit, firstRequest(world, unit, old))
  const path = `/api/v1/devices/${unit.stationId}`
  const { serialHex } = (await world.ask(world.csms, 'GET', path)).body as { serialHex?: string }
  await revoke(serialHex ?? '')
  const renewal = renewalRequest(world, unit, old, pair())
  expect((await order(world, unit, renewal, false)).body.reason).toBe('CertificateRevoked')
})

test('a provider changes its certificate through recovery only; the old one signs no more', async () => {
  const unit = await inService(world)
  const { organisation, eui } = world.dsrsp.peer
  const put = (chainPem: string) =>
    world.ask(world.as('recovery'), 'POST', '/api/v1/providers', { chainPem })
  expect(await put(world.charging.certify('dsrsp', organisation).chainPem)).toMatchObject({
    body: { reason: 'IdentityMismatch' },
  })
  const elsewhere = world.smartMeter.certify('dsrsp', organisation, eui)
  expect((await put(elsewhere.chainPem)).body.reason).toBe('RequestInvalid')

  const fresh = world.charging.certify('dsrsp', organisation, eui)
  const command = (by: typeof fresh) =>
    submit(
      world,
      unit,
      signed(world, unit, 'SetChargingProfile', profileOf(world.now(), [1]), { by }),
      by,
    )
  expect((await command(fresh)).body.detail).toContain('SignerUnknown')
  expect((await put(fresh.chainPem)).status).toBe(201)
  expect((await command(fresh)).status).toBe(200)
  expect((await command(world.dsrsp)).body.detail).toContain('SignerUnknown')
  await world.restart()
  expect((await command(world.dsrsp)).body.detail).toContain('SignerUnknown')
  await revoke(fresh.peer.serialHex)
  expect((await command(fresh)).status).toBe(403)
})

test('checkpoints are witnessed once and cannot be taken back', async () => {
  const witness = (seq: number, hash: string, by = world.csms, signer = world.csms) => {
    const covered = { actor: 'csms', seq, hash, at: 1 }
    const signature = toBase64Url(crypto.sign(signer.key, checkpointBytes(covered)))
    const checkpoint = { ...covered, signature, certificate: by.chainPem }
    return world.ask(by, 'POST', '/api/v1/checkpoints', checkpoint)
  }
  const [one, two] = ['11'.repeat(32), '22'.repeat(32)]
  expect((await witness(10, one)).status).toBe(201)
  expect((await witness(10, one)).status).toBe(201)
  expect((await witness(10, two)).body.reason).toBe('CheckpointConflict')
  expect((await witness(9, two)).body.reason).toBe('CheckpointConflict')
  expect((await witness(11, two)).status).toBe(201)
  expect((await witness(12, two, world.csms, world.dsrsp)).body.reason).toBe('RequestInvalid')
  const kept = await world.ask(world.as('web'), 'GET', '/api/v1/checkpoints/csms')
  const [newest, older] = kept.body as unknown as WitnessStatement[]
  expect([newest?.checkpoint.seq, older?.checkpoint.seq]).toEqual([11, 10])
  const statement = readStatement(newest, fromPem(world.charging.rootPem, 'CERTIFICATE'))
  expect(statement).toMatchObject({ ok: true, value: { signer: world.csms.peer.eui } })
})
