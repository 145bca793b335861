import { readFileSync } from 'node:fs'
import { keyOf, openKeyStatement, readKeyStatement } from '@interlock/driver'
import { httpClient, openJournal, type Identity } from '@interlock/host'
import { instant, toHex, toIso, unobserved, utf8, type Role } from '@interlock/kernel'
import { writeHeaders } from '@interlock/ocpi'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actorPlace, quietDeps } from '../../../tools/doors/actor-place.ts'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import type { CirConfig } from './config.ts'
import { card, crypto, key, otherKey, tap, token, uid } from './core/cards.fixture.ts'
import { createPace } from './pace.ts'
import { startCir, type CirRunning } from './start.ts'

const charging = testHierarchy('charging')
const smartMeter = testHierarchy('smartMeter')
const own = charging.certify('cir')
const { dir, root, config: common } = actorPlace(own, charging.rootPem)
const parties = {
  issuer: charging.certify('emsp'),
  rival: charging.certify('emsp'),
  operator: charging.certify('csms'),
  neighbour: charging.certify('csms'),
  stranger: charging.certify('csms'),
}
type Who = keyof typeof parties
const now = instant(Date.now())
const party = (name: Who, countryCode: string, partyId: string): CirConfig['issuers'][number] => ({
  name,
  countryCode,
  partyId,
  organisation: parties[name].peer.organisation,
  origin: `https://${name}.test`,
})

const config: CirConfig = {
  ...common,
  actor: 'cir',
  name: 'Register of tokens',
  trust: { charging: root },
  countryCode: 'GB',
  partyId: 'CIR',
  origin: 'https://cir.test',
  statementHours: 168,
  issuers: [party('issuer', 'GB', 'INT'), party('rival', 'NL', 'OTH')],
  operators: [party('operator', 'GB', 'CPO'), party('neighbour', 'GB', 'NEI')],
}
const clients = Object.fromEntries(
  Object.entries(parties).map(([who, identity]) => [
    who,
    httpClient({
      identity,
      trust: { roots: [charging.rootPem] },
      activity: unobserved,
      expectRole: 'cir',
    }),
  ]),
)
let cir: CirRunning

const ask = async (who: Who, method: string, path: string, body?: unknown) => {
  const url = `https://127.0.0.1:${cir.port}/cir/1.0/${path}`
  const answer = await clients[who]?.request(method, url, body)
  return { status: answer?.status, body: answer?.body as Record<string, unknown> }
}
const register = (who: Who, change: object = {}) =>
  ask(who, 'PUT', 'tokens', {
    token: token({ last_updated: toIso(now) }),
    key,
    status: 'active',
    ...change,
  })
const tapped = (at = now) => {
  const { operator: _, ...sighting } = tap(mine, { at, station: 'STATION-1' })
  return { ...sighting, at: toIso(at) }
}
const mine = card()

beforeAll(async () => {
  cir = await startCir(config, quietDeps)
})
afterAll(async () => {
  await Promise.all(Object.values(clients).map((client) => client.close()))
  await cir.close()
})

test('a token is put in by its issuer alone, and what is said of its key is signed', async () => {
  expect((await register('rival')).body).toMatchObject({ detail: expect.stringContaining('Owner') })
  expect((await register('stranger')).status).toBe(403)
  expect((await register('issuer', { token: {} })).status).toBe(400)
  const put = await register('issuer')
  expect(put.status).toBe(200)
  const { body } = await ask('operator', 'GET', `tokens/${uid.toLowerCase()}/key`)
  const read = readKeyStatement(body)
  if (read === undefined) throw new Error('no statement')
  const opened = openKeyStatement(read, own.peer.publicKey, now, crypto)
  const provider = parties.issuer.peer.organisation
  expect(opened).toMatchObject({ ok: true, value: { uid, key, issuer: 'GB*INT', provider } })
  expect(keyOf(read.statement, crypto)).toBeDefined()
  expect((await ask('operator', 'GET', 'tokens/04FFFFFF/key')).status).toBe(404)
  expect((await ask('stranger', 'GET', `tokens/${uid}/key`)).status).toBe(403)
})

test('a tap is verified; a clone is found, and told to its issuer and to the operator where it was', async () => {
  const first = await ask('operator', 'POST', 'sightings', tapped())
  expect(first.body).toMatchObject({ ok: true, strength: 'VERIFIED' })
  const plain = { uid, station: 'STATION-9', at: toIso(now) }
  expect((await ask('neighbour', 'POST', 'sightings', plain)).body).toMatchObject({
    ok: false,
    reason: 'ProofMissing',
  })
  const old = { ...plain, at: toIso(instant(now - 30 * 86_400_000)) }
  expect((await ask('neighbour', 'POST', 'sightings', old)).status).toBe(400)
  const elsewhere = { ...tapped(), station: 'STATION-9' }
  expect((await ask('neighbour', 'POST', 'sightings', elsewhere)).body).toMatchObject({
    reason: 'ProofElsewhere',
  })
  const findings = async (who: Who, after = 0) => {
    const { body } = await ask(who, 'GET', `findings?after=${after}`)
    return body['findings'] as { number: number; kind: string }[]
  }
  const kinds = async (who: Who, after?: number) =>
    (await findings(who, after)).map(({ kind }) => kind)
  expect(await kinds('issuer')).toEqual(['CopiedNumber', 'ReplayedResponse'])
  const [copied] = await findings('neighbour')
  expect(await kinds('neighbour', copied?.number)).toEqual(['ReplayedResponse'])
  expect(await kinds('operator')).toEqual([])
  expect(await kinds('rival')).toEqual([])
  expect((await ask('issuer', 'GET', 'findings?after=x')).status).toBe(400)
  const ended = await ask('operator', 'POST', 'ends', { uid, station: 'STATION-1' })
  expect(ended.status).toBe(204)
  expect(readFileSync(`${dir}/data/audit.jsonl`, 'utf8')).toContain('CopiedNumber')
})

test('attack: a response of another day counts by the clock of the register, whatever time is told with it', async () => {
  const see = async (days: number, isLate?: true) => {
    const shown = { ...tapped(instant(now + days * 86_400_000)), station: 'STATION-1' }
    const { status, body } = await ask('operator', 'POST', 'sightings', { ...shown, isLate })
    return status === 200 ? (body['reason'] ?? body['strength']) : status
  }
  expect(await see(-6)).toBe('ProofStale')
  expect(await see(1)).toBe(400)
  expect(await see(1, true)).toBe(400)
  expect(await see(0)).toBe('VERIFIED')
  // By its own time the same would be as good as one that is fresh.
  const other = token({ uid: '04EEEEEE', last_updated: toIso(now) })
  await register('issuer', { token: other, key: null })
  const number = { uid: other.uid, station: 'S', at: toIso(instant(now - 6 * 86_400_000)) }
  const late = await ask('operator', 'POST', 'sightings', { ...number, isLate: true })
  expect(late.body).toMatchObject({ ok: true, strength: 'HEARSAY' })
})

test('where else a driver was, an operator is not told', async () => {
  const at = toIso(now)
  const number = { token: token({ uid: '04FFFFFF', last_updated: at }), key: null }
  await register('issuer', number)
  const shown = { uid: '04FFFFFF', at }
  await ask('operator', 'POST', 'sightings', { ...shown, station: 'HOME-7' })
  const twice = await ask('neighbour', 'POST', 'sightings', { ...shown, station: 'THERE' })
  expect(twice.body).toMatchObject({ ok: true, strength: 'HEARSAY' })
  const told = async (who: Who) => JSON.stringify((await ask(who, 'GET', 'findings')).body)
  expect(await told('issuer')).toContain('HOME-7')
  expect(await told('neighbour')).toContain('OperatorsDiffer')
  expect(await told('neighbour')).not.toContain('HOME-7')
})

test('what it knows outlives a restart', async () => {
  await cir.close()
  cir = await startCir(config, quietDeps)
  expect((await register('issuer', { key: otherKey, status: 'lost' })).status).toBe(200)
  expect((await register('issuer')).body).toMatchObject({
    detail: expect.stringContaining('LostForGood'),
  })
  expect((await ask('operator', 'POST', 'sightings', tapped())).body).toMatchObject({
    reason: 'TokenLost',
  })
})

const partyOfRole: Partial<Record<Role, Identity>> = {
  emsp: parties.issuer,
  csms: parties.operator,
}

test('every door is for the roles that it is for', async () => {
  const problems = await wronglyOpen({
    port: cir.port,
    // Those of OCPI ask for a credentials token besides.
    doors: cir.doors.filter((each) => !each.endsWith('/ocpi/*')),
    root: charging.rootPem,
    table: {
      'GET /healthz': ['csms', 'emsp', 'supervisor', 'web'],
      'PUT /cir/1.0/tokens': ['emsp'],
      'GET /cir/1.0/tokens/:uid/key': ['emsp', 'csms'],
      'POST /cir/1.0/sightings': ['csms'],
      'POST /cir/1.0/ends': ['csms'],
      'GET /cir/1.0/findings': ['emsp', 'csms'],
    },
    hierarchy: 'charging',
    certify: (role) => charging.certify(role, partyOfRole[role]?.peer.organisation),
    certifyElsewhere: (role) => smartMeter.certify(role),
  })
  expect(problems).toEqual([])
})

test('a party asks no more often than anybody needs to', () => {
  const mayAsk = createPace(2)
  const { organisation } = parties.operator.peer
  const asked = [0, 0, 0, 60_000].map((at) => mayAsk(organisation, instant(at)))
  expect(asked).toEqual([true, true, false, true])
})

test('a party that is there twice, or on both sides, is refused', async () => {
  const { issuers, operators } = config
  const twice = { ...config, issuers: [...issuers, ...issuers] }
  await expect(startCir(twice, quietDeps)).rejects.toMatchObject({ code: 'ConfigInvalid' })
  const both = { ...config, operators: [...operators, ...issuers] }
  await expect(startCir(both, quietDeps)).rejects.toMatchObject({ code: 'ConfigInvalid' })
})

test('the tokens are there by OCPI as well, for whoever shows certificate and credentials', async () => {
  const shown = 'credentials-of-an-operator'
  const digest = toHex(crypto.sha256(utf8(shown)))
  const peer = { token: 'x'.repeat(16), url: 'https://operator.test', endpoints: [] }
  await cir.close()
  const journal = openJournal(`${dir}/data/connections.journal`)
  journal.append({ party: 'operator', connection: { digest, peer } })
  journal.close()
  cir = await startCir(config, quietDeps)
  const list = async (who: Who, path = '2.2.1/sender/tokens?limit=1') => {
    const headers = writeHeaders({ requestId: 'r', correlationId: 'c' }, shown)
    const url = `https://127.0.0.1:${cir.port}/ocpi/${path}`
    const answer = await clients[who]?.request('GET', url, undefined, { headers })
    return answer?.body as { data?: unknown; status_code: number }
  }
  expect(await list('operator')).toMatchObject({ status_code: 1_000, data: [{ valid: true }] })
  expect(await list('operator', '2.2.1')).toMatchObject({
    data: { endpoints: expect.arrayContaining([expect.objectContaining({ role: 'SENDER' })]) },
  })
  expect(await list('neighbour')).toMatchObject({ status_code: 2_000 })
})
