import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestWeb, Visitor, type TestWeb } from './web.fixture.ts'

let web: TestWeb
beforeAll(async () => {
  web = await startTestWeb()
})
afterAll(() => web.close())

const errand = { station: 'acacia-12', action: 'charge' }

async function driver(): Promise<Visitor> {
  const visitor = new Visitor(web.consoleUrl)
  await visitor.signIn('driver')
  return visitor
}

test.each([
  ['another site', { origin: 'https://evil.example' }],
  ['the arm page', { origin: 'arm' }],
  ['nowhere', { origin: '' }],
  ['a sandbox', { origin: 'null' }],
  ['a browser that says cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['a browser that says same-site', { 'sec-fetch-site': 'same-site' }],
])('a change asked for by %s is refused', async (_who, headers) => {
  const visitor = await driver()
  const named = Object.entries(headers).map(([name, value]) => [
    name,
    value === 'arm' ? web.armUrl : value,
  ])
  const sent = Object.fromEntries(named) as Record<string, string>
  const { status, body } = await visitor.post('/api/hand-overs', errand, sent)
  expect([status, body['reason']]).toEqual([403, 'OriginForbidden'])
})

test.each([
  ['no token', ''],
  ['a wrong token', 'x'.repeat(43)],
])('a change with %s is refused', async (_what, token) => {
  const visitor = await driver()
  const { status, body } = await visitor.post('/api/hand-overs', errand, { 'x-csrf-token': token })
  expect([status, body['reason']]).toEqual([403, 'TokenMissing'])
})

test('a form cannot ask for a change: only JSON is read', async () => {
  const visitor = await driver()
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const { status, body } = await visitor.post('/api/hand-overs', errand, form)
  expect([status, body['reason']]).toEqual([415, 'NotJson'])
})

test('signing in from another site is refused', async () => {
  const visitor = new Visitor(web.consoleUrl)
  const credentials = { name: 'driver', password: 'x' }
  const { status } = await visitor.post('/api/login', credentials, {
    origin: 'https://evil.example',
  })
  expect(status).toBe(403)
})

test('a server reached under another name answers nothing', async () => {
  const elsewhere = web.consoleUrl.replace('localhost', '127.0.0.1')
  const response = await fetch(`${elsewhere}/api/session`)
  expect(response.status).toBe(421)
  expect(await response.json()).toMatchObject({ reason: 'HostUnknown' })
})

test.each([
  ['an unknown field', { ...errand, admin: true }],
  ['a wrong type', { ...errand, action: 'explode' }],
  ['nothing', undefined],
])('a body with %s is refused and named', async (_what, body) => {
  const visitor = await driver()
  const answer = await visitor.send('POST', '/api/hand-overs', body)
  expect([answer.status, answer.body['reason']]).toEqual([400, 'BodyInvalid'])
})

test('a body beyond the limit is refused', async () => {
  const visitor = await driver()
  const { status } = await visitor.post('/api/hand-overs', { station: 'x'.repeat(100_000) })
  expect(status).toBe(400)
})

test.each(['console', 'arm'] as const)('the %s page comes with its policy', async (page) => {
  const visitor = new Visitor(page === 'console' ? web.consoleUrl : web.armUrl)
  const { headers, status } = await visitor.get('/')
  expect(status).toBe(200)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-frame-options')).toBe('DENY')
})

test('the two origins know each other’s sessions not at all', async () => {
  const visitor = await driver()
  const arm = new Visitor(web.armUrl)
  for (const [name, value] of visitor.cookies) {
    arm.cookies.set(name, value)
    arm.cookies.set(name.replace('console', 'arm'), value)
  }
  expect((await arm.get('/api/homes')).status).toBe(401)
})

test('plain http beyond loopback is refused with a remedy', async () => {
  const listen = { host: '0.0.0.0', port: 0 }
  await expect(startTestWeb({ config: { console: { listen } } })).rejects.toMatchObject({
    code: 'TlsRequired',
    remedy: expect.stringContaining('tls'),
  })
})

test('a port that is taken is named', async () => {
  const listen = { host: '127.0.0.1', port: web.consolePort }
  await expect(startTestWeb({ config: { arm: { listen } } })).rejects.toMatchObject({
    code: 'PortTaken',
    message: expect.stringContaining(`${web.consolePort}`),
  })
})
