import { instant, millis, toIso } from '@interlock/kernel'
import {
  answerOcpi,
  ocpiHeaders,
  type CredentialsDesk,
  type OcpiCaller,
  type Token,
} from '@interlock/ocpi'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import {
  crypto,
  freshKey,
  minutes,
  night,
  otherKey,
  ours,
  registered,
  theirs,
  token,
  uid,
} from '../core/cards.fixture.ts'
import { openRegister } from '../core/register.ts'
import { journalConnections } from './connections.ts'
import { tokenHandlers } from './token-handlers.ts'

function journalOf(isLong = false) {
  let entries: unknown[] = []
  const journal: Journal = {
    entries: () => entries,
    append: (entry) => void entries.push(entry),
    isLong,
    rewrite: (kept) => void (entries = [...kept]),
    close: () => {},
  }
  return journal
}
const issuer: OcpiCaller = { name: 'issuer', owner: ours, isRegistered: true }
const rival: OcpiCaller = { name: 'rival', owner: theirs, isRegistered: true }
const operator: OcpiCaller = {
  name: 'operator',
  owner: { country_code: 'GB', party_id: 'CPO' },
  isRegistered: true,
}
const later = { last_updated: toIso(minutes(5)) }

function desk() {
  const register = openRegister({
    journal: journalOf(),
    key: crypto.ephemeralKey(),
    statementMillis: millis(60_000),
    organisationOf: () => undefined,
    crypto,
    freshKey,
    startedAt: instant(0),
    onFinding: () => {},
  })
  register.put(ours, registered({ expiresAt: minutes(60) }), night)
  const [audited, at] = [[] as string[], { now: night }]
  const handlers = tokenHandlers({
    register,
    issuers: new Set(['issuer', 'rival']),
    audit: { record: (kind: string) => void audited.push(kind) } as never,
    now: () => at.now,
  })
  const ask = async (
    caller: OcpiCaller,
    method: string,
    path: string,
    body?: unknown,
    query: Record<string, string> = {},
  ) => {
    const reply = await answerOcpi(
      {
        origin: 'https://cir.test',
        us: { country_code: 'GB', party_id: 'CIR' },
        handlers,
        credentials: {} as CredentialsDesk,
        now: () => at.now,
      },
      caller,
      {
        method,
        parts: ['2.2.1', ...path.split('/')],
        query,
        headers: { 'x-request-id': 'r', 'x-correlation-id': 'c' },
        body: body === undefined ? '' : JSON.stringify(body),
      },
    )
    const { status_code: code, data } = reply.body as { status_code: number; data?: unknown }
    return { http: reply.status, code, data, total: reply.headers[ocpiHeaders.total] }
  }
  return { register, ask, at, audited }
}
const own = `receiver/tokens/GB/INT/${uid}`

test('an operator reads the tokens in pages, by their last change, and asks about one', async () => {
  const { ask, register, at } = desk()
  const second = { ...token({ uid: '04FFFFFF' }), ...later }
  register.put(ours, registered({ token: second, key: null }), night)
  const list = (query: Record<string, string>) =>
    ask(operator, 'GET', 'sender/tokens', undefined, query)
  expect(await list({ limit: '1' })).toMatchObject({ code: 1_000, total: '2', data: [{ uid }] })
  expect(await list({ offset: '1' })).toMatchObject({ total: '2', data: [{ uid: '04FFFFFF' }] })
  expect(await list({ date_from: toIso(minutes(1)) })).toMatchObject({ total: '1' })
  expect(await list({ date_from: 'yesterday' })).toMatchObject({ code: 2_001 })
  const allowed = async (id: string, body?: object) =>
    ask(operator, 'POST', `sender/tokens/${id}/authorize`, body)
  const place = { location_id: 'L1', evse_uids: ['E1'] }
  expect(await allowed(uid.toLowerCase(), place)).toMatchObject({
    code: 1_000,
    data: { allowed: 'ALLOWED', token: { uid }, location: place },
  })
  expect(await allowed('04AAAAAA')).toMatchObject({ code: 2_004, http: 404 })
  at.now = minutes(60)
  expect(await allowed(uid)).toMatchObject({ data: { allowed: 'EXPIRED' } })
  expect((await ask(issuer, 'POST', `sender/tokens/${uid}/authorize`)).http).toBe(404)
  expect(await ask(rival, 'GET', 'sender/tokens')).toMatchObject({ total: '0' })
})

test('an issuer writes its own tokens, and the key stays as it was', async () => {
  const { ask, register, audited } = desk()
  const put = (caller: OcpiCaller, path: string, body: Token) => ask(caller, 'PUT', path, body)
  expect(await put(rival, own, token(later))).toMatchObject({ http: 404, code: 2_001 })
  expect(await put(operator, own, token(later))).toMatchObject({ http: 404 })
  const taken = { ...token({ ...theirs, ...later }) }
  expect(await put(rival, `receiver/tokens/NL/OTH/${uid}`, taken)).toMatchObject({ code: 2_001 })
  const { key } = register.of(uid) ?? {}
  expect(await put(issuer, own, token({ ...later, valid: false }))).toMatchObject({ http: 200 })
  expect(register.of(uid)).toMatchObject({ key, token: { valid: false } })
  expect(register.statement(uid, night)?.statement.status).toBe('suspended')
  expect(await put(issuer, own, token())).toMatchObject({ code: 2_001 })
  const fresh = token({ uid: '04ffffff' })
  expect(await put(issuer, 'receiver/tokens/GB/INT/04FFFFFF', fresh)).toMatchObject({ http: 201 })
  expect(await ask(issuer, 'GET', 'receiver/tokens/GB/INT/04FFFFFF')).toMatchObject({
    data: { uid: '04FFFFFF' },
  })
  const other = 'receiver/tokens/GB/INT/04EEEEEE'
  expect(await put(issuer, other, token({ uid: '04EEEEEE', type: 'APP_USER' }))).toMatchObject({
    code: 2_001,
  })
  expect(audited).toEqual(['TokenPut', 'TokenPut'])
  expect(otherKey).not.toBe(key)
})

test('a part of a token changes that part', async () => {
  const { ask, register } = desk()
  const patch = { valid: false, last_updated: toIso(minutes(1)) }
  expect(await ask(issuer, 'PATCH', own, patch)).toMatchObject({ code: 1_000 })
  expect(register.of(uid)?.token).toMatchObject({ valid: false, contract_id: 'GBINTC0012345X' })
  expect(await ask(issuer, 'PATCH', own, { valid: true })).toMatchObject({ code: 2_001 })
  expect((await ask(operator, 'PATCH', own, patch)).http).toBe(404)
  expect((await ask(rival, 'GET', own)).http).toBe(404)
  expect((await ask(issuer, 'GET', 'receiver/tokens/GB/INT/04EEEEEE')).http).toBe(404)
})

test('how it stands with a party outlives a restart', async () => {
  const journal = journalOf(true)
  const before = journalConnections(journal)
  await before.keep('operator', { digest: 'a' })
  await before.keep('operator', { digest: 'b' })
  const after = journalConnections(journal)
  expect(after.of('operator')).toEqual({ digest: 'b' })
  expect(after.of('stranger')).toEqual({})
})
