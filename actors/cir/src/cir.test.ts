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
/** As the register gives it out, at its door. */
const drawn = async (station = 'STATION-1', who: Who = 'operator'): Promise<string> => {
  const { body } = await ask(who, 'POST', 'fresh-numbers', { station })
  return String(body['number'])
}
/** @param number the register's; `null` for a reader that asked for none */
const tappedWith = (number: string | null, at = now) => {
  const { operator: _, ...sighting } = tap(mine, { at, station: 'STATION-1' }, number)
  return { ...sighting, at: toIso(at) }
}
const tapped = async (at = now) => tappedWith(await drawn(), at)
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
  const first = await ask('operator', 'POST', 'sightings', await tapped())
  expect(first.body).toMatchObject({ ok: true, strength: 'VERIFIED' })
  const plain = { uid, station: 'STATION-9', at: toIso(now) }
  expect((await ask('neighbour', 'POST', 'sightings', plain)).body).toMatchObject({
    ok: false,
    reason: 'ProofMissing',
  })
  const old = { ...plain, at: toIso(instant(now - 30 * 86_400_000)) }
  expect((await ask('neighbour', 'POST', 'sightings', old)).status).toBe(400)
  const elsewhere = { ...(await tapped()), station: 'STATION-9' }
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
    const shown = tappedWith(null, instant(now + days * 86_400_000))
    const { status, body } = await ask('operator', 'POST', 'sightings', { ...shown, isLate })
    return status === 200 ? (body['reason'] ?? body['strength']) : status
  }
  expect(await see(-6)).toBe('ProofStale')
  expect(await see(1)).toBe(400)
  expect(await see(1, true)).toBe(400)
  expect(await see(0)).toBe('HEARSAY')
  // By its own time the same would be as good as one that is fresh.
  const other = token({ uid: '04EEEEEE', last_updated: toIso(now) })
  await register('issuer', { token: other, key: null })
  const number = { uid: other.uid, station: 'S', at: toIso(instant(now - 6 * 86_400_000)) }
  const late = await ask('operator', 'POST', 'sightings', { ...number, isLate: true })
  expect(late.body).toMatchObject({ ok: true, strength: 'HEARSAY' })
})

test('attack: a response that was kept for this very minute is hearsay, and refused with a number that was made up or is another’s', async () => {
  const see = async (number: string | null, who: Who = 'operator', at = now) => {
    const { body } = await ask(who, 'POST', 'sightings', tappedWith(number, at))
    return body['reason'] ?? body['strength']
  }
  // The reader had the card an hour ago, dated the challenge ahead, and plays the response now.
  expect(await see(null)).toBe('HEARSAY')
  expect(await see('A'.repeat(36))).toBe('FreshNumberInvalid')
  expect(await see(await drawn('STATION-2'))).toBe('FreshNumberInvalid')
  expect(await see(await drawn('STATION-1', 'neighbour'))).toBe('FreshNumberInvalid')
  expect(await see(await drawn())).toBe('VERIFIED')
  // By the register's clock alone: that of the station is an hour behind.
  expect(await see(await drawn(), 'operator', instant(now - 3_600_000))).toBe('VERIFIED')
  for (const station of ['', 'S'.repeat(49), 7, undefined])
    expect((await ask('operator', 'POST', 'fresh-numbers', { station })).status).toBe(400)
  expect((await ask('stranger', 'POST', 'fresh-numbers', { station: 'S' })).status).toBe(403)
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

test('what it knows outlives a restart, and a number that it gave out before does not: the card is tapped again', async () => {
  const kept = await tapped()
  await cir.close()
  cir = await startCir(config, quietDeps)
  expect((await ask('operator', 'POST', 'sightings', kept)).body).toMatchObject({
    reason: 'FreshNumberInvalid',
  })
  expect((await ask('operator', 'POST', 'sightings', await tapped())).body).toMatchObject({
    strength: 'VERIFIED',
  })
  expect((await register('issuer', { key: otherKey, status: 'lost' })).status).toBe(200)
  expect((await register('issuer')).body).toMatchObject({
    detail: expect.stringContaining('LostForGood'),
  })
  expect((await ask('operator', 'POST', 'sightings', await tapped())).body).toMatchObject({
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
      'POST /cir/1.0/fresh-numbers': ['csms'],
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
