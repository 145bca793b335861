import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { nodeCrypto as crypto, type HttpClient } from '@interlock/host'
import { assert, eui64, instant } from '@interlock/kernel'
import { verifyChain as verifyAudit } from '@interlock/ledger'
import { createCsr, fromPem, peerOf, readCrl, verifyChain, type Subject } from '@interlock/pki'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { createAuthority, type AuthorityRunning } from './index.ts'
import { deps, openWorld, type World } from './world.fixture.ts'

let world: World
let authority: AuthorityRunning
let url: string
let supervisor: HttpClient
beforeAll(async () => {
  world = await openWorld()
  authority = await world.start()
  url = `https://127.0.0.1:${authority.port}`
  supervisor = world.client(world.identity('supervisor'))
})
afterAll(async () => {
  await authority.close()
  await world.close()
})

const station: Subject = {
  commonName: 'S1',
  role: 'station',
  eui: eui64('02-00-00-01-00-00-00-01'),
  organisation: eui64('02-00-00-01-00-00-00-01'),
}
const csrOf = (subject: Subject) => createCsr(crypto.generateKey().key, subject, crypto)
const order = (changes: object = {}) =>
  supervisor.request('POST', `${url}/api/v1/issue`, {
    profile: 'chargingDevice',
    csrPem: csrOf(station),
    subject: station,
    ...changes,
  })
async function issued(): Promise<{ serialHex: string; chainPem: string }> {
  const { status, body } = await order()
  expect(status).toBe(201)
  return body as { serialHex: string; chainPem: string }
}
const auditLines = () =>
  readFileSync(join(world.config.data, 'audit.jsonl'), 'utf8').trim().split('\n')

test('keys of the ceremony are for their owner alone', () => {
  for (const each of ['root', 'issuing'])
    expect(statSync(join(world.dir, 'ceremony', each, 'key.pem')).mode & 0o777).toBe(0o600)
})

test('opening the ceremony again gives the same authorities', () => {
  const again = createAuthority(join(world.dir, 'ceremony'), deps)
  expect(again.rootPem).toBe(world.ceremony.rootPem)
  again.close()
})

test('a certificate ordered by the supervisor verifies to the root and is in the audit trail', async () => {
  const { chainPem, serialHex } = await issued()
  const roots = fromPem(world.ceremony.rootPem, 'CERTIFICATE')
  const at = instant(Date.now())
  const peer = verifyChain(fromPem(chainPem, 'CERTIFICATE'), { roots, at, crypto })
  expect(peer).toMatchObject({ ok: true, value: { serialHex, stationId: 'S1' } })
  const [ordered, granted] = auditLines().slice(-2)
  expect(ordered).toContain('IssueOrdered')
  expect(granted).toContain(serialHex)
})

test(
  'nobody but the supervisor may give orders or ask',
  async () => {
    const smartMeter = testHierarchy('smartMeter')
    const problems = await wronglyOpen({
      port: authority.port,
      doors: authority.doors,
      root: world.ceremony.rootPem,
      hierarchy: 'charging',
      certify: (role) => world.identity(role),
      certifyElsewhere: (role) => smartMeter.certify(role),
      table: {
        'POST /api/v1/issue': ['supervisor'],
        'POST /api/v1/revoke': ['supervisor'],
        'GET /api/v1/crl': ['supervisor'],
        'GET /healthz': ['supervisor'],
      },
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)

test('a request for another role or identity than ordered is refused and nothing is issued', async () => {
  const before = auditLines().length
  for (const other of [
    { ...station, role: 'csms' as const },
    { ...station, eui: eui64('02-00-00-01-00-00-00-02') },
    { ...station, commonName: 'S2' },
  ]) {
    const { status, body } = await order({ csrPem: csrOf(other) })
    expect({ status, body }).toMatchObject({ status: 403, body: { reason: 'IdentityMismatch' } })
  }
  expect(auditLines().slice(before).join()).not.toContain('CertificateIssued')
})

test('the table decides: no authority, no role outside its row, no smart-meter profile', async () => {
  const csms = { ...station, role: 'csms' as const }
  expect(await order({ subject: csms, csrPem: csrOf(csms) })).toMatchObject({
    status: 403,
    body: { reason: 'NotPermitted' },
  })
  for (const profile of ['chargingIssuing', 'chargingRoot', 'smartMeterDevice'])
    expect(await order({ profile })).toMatchObject({ status: 400, body: { reason: 'BodyInvalid' } })
  expect(await order({ csrPem: 'nonsense' })).toMatchObject({ body: { reason: 'RequestInvalid' } })
})

const list = async () => {
  const { body } = await supervisor.request('GET', `${url}/api/v1/crl`)
  const [issuer] = fromPem(world.ceremony.issuingPem, 'CERTIFICATE')
  assert(issuer !== undefined && typeof body === 'string', 'the list is text')
  const read = readCrl(body, issuer, crypto)
  assert(read.ok, 'the list verifies')
  return read.value
}

test('a revoked certificate is on the next list, whose number has grown', async () => {
  const { serialHex } = await issued()
  const before = await list()
  expect(before.serials.has(serialHex)).toBe(false)
  const revoke = { serialHex, reason: 'lost' }
  expect(await supervisor.request('POST', `${url}/api/v1/revoke`, revoke)).toMatchObject({
    status: 200,
  })
  const after = await list()
  expect(after.serials.has(serialHex)).toBe(true)
  expect(after.number).toBeGreaterThan(before.number)
  expect(after.nextUpdate - after.thisUpdate).toBe(72 * 3_600_000)
})

test('an order that names an organisation revokes no certificate of another one', async () => {
  const { serialHex } = await issued()
  const revoke = (organisation: string) =>
    supervisor.request('POST', `${url}/api/v1/revoke`, { serialHex, reason: 'lost', organisation })
  expect(await revoke('02-00-00-01-00-00-00-02')).toMatchObject({
    status: 403,
    body: { reason: 'IdentityMismatch' },
  })
  expect(auditLines().at(-1)).toContain('RevocationRefused')
  expect((await list()).serials.has(serialHex)).toBe(false)
  expect(await revoke(station.organisation)).toMatchObject({ status: 200 })
  expect((await list()).serials.has(serialHex)).toBe(true)
})

test('a serial number that was never issued cannot be revoked', async () => {
  const revoke = { serialHex: '0102', reason: 'lost' }
  expect(await supervisor.request('POST', `${url}/api/v1/revoke`, revoke)).toMatchObject({
    status: 404,
  })
})

test('a restart forgets nothing, and a supervisor revoked meanwhile is refused', async () => {
  const { serialHex } = await issued()
  await supervisor.request('POST', `${url}/api/v1/revoke`, { serialHex, reason: 'lost' })
  const stolen = world.identity('supervisor')
  const restart = async () => {
    await authority.close()
    authority = await world.start()
    url = `https://127.0.0.1:${authority.port}`
  }
  // The restart takes what the ceremony signed meanwhile into the register.
  await restart()
  const revoke = { serialHex: stolen.peer.serialHex, reason: 'stolen' }
  expect(await supervisor.request('POST', `${url}/api/v1/revoke`, revoke)).toMatchObject({
    status: 200,
  })
  await restart()
  expect((await list()).serials.has(serialHex)).toBe(true)
  const { body } = await world.client(stolen).request('GET', `${url}/api/v1/crl`)
  expect(body).toMatchObject({ reason: 'CertificateRevoked' })
})

test('the audit trail verifies', () => {
  expect(verifyAudit(auditLines(), { crypto }).problem).toBeUndefined()
})

test('whoever issues for the ceremony is bound by the table too', () => {
  expect(() => world.ceremony.certify({ ...station, role: 'meter' })).toThrow(/the table has no/)
  const { chainPem } = world.ceremony.certify({ ...station, role: 'dcc' })
  const [leaf] = fromPem(chainPem, 'CERTIFICATE')
  expect(peerOf(leaf ?? new Uint8Array(), crypto)).toMatchObject({ value: { role: 'dcc' } })
})
