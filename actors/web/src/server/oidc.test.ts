import { afterEach, expect, test } from 'vitest'
import { startProvider } from './oidc.fixture.ts'
import { startTestWeb, Visitor, type TestWeb } from './web.fixture.ts'

const claims = {
  sub: '42',
  preferred_username: 'ada',
  interlock_roles: ['driver', 'superuser'],
  interlock_stations: ['acacia-12'],
}
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close()
})

async function start(more: object = {}) {
  const provider = await startProvider({ ...claims, ...more })
  open.push(provider)
  const login = {
    kind: 'oidc',
    issuer: provider.issuer,
    clientId: 'interlock',
    clientSecret: 'not-very',
    scope: 'openid profile',
    rolesClaim: 'interlock_roles',
    stationsClaim: 'interlock_stations',
  } as const
  const web: TestWeb = await startTestWeb({ config: { login } })
  open.push(web)
  return { provider, web, visitor: new Visitor(web.consoleUrl) }
}

/** Follows the way to the provider and gives back where it sends the browser next. */
async function atProvider(visitor: Visitor): Promise<URL> {
  const { status, headers } = await visitor.get('/login')
  expect(status).toBe(302)
  const away = new URL(headers.get('location') ?? '')
  expect(away.searchParams.get('code_challenge_method')).toBe('S256')
  const back = await fetch(away, { redirect: 'manual' })
  return new URL(back.headers.get('location') ?? '')
}

test('a person signs in at the provider and gets the roles it names, and no others', async () => {
  const { visitor } = await start()
  const back = await atProvider(visitor)
  expect((await visitor.get(back.pathname + back.search)).status).toBe(302)
  expect((await visitor.load())['person']).toEqual({
    name: 'ada',
    roles: ['driver'],
    stations: ['acacia-12'],
  })
  expect([...visitor.cookies.keys()]).toEqual(['interlock-console'])
})

test('the arm page has a sign-in of its own', async () => {
  const { web } = await start()
  const visitor = new Visitor(web.armUrl)
  const back = await atProvider(visitor)
  expect(back.origin).toBe(web.armUrl)
  await visitor.get(back.pathname + back.search)
  expect((await visitor.get('/api/homes')).status).toBe(200)
})

test('an answer that another browser began is refused', async () => {
  const { visitor, web, provider } = await start()
  const back = await atProvider(visitor)
  const victim = new Visitor(web.consoleUrl)
  const { status, body } = await victim.get(back.pathname + back.search)
  expect([status, body['reason']]).toEqual([401, 'LoginFailed'])
  expect(provider.seen.exchanges).toBe(0)
})

test('an answer works once', async () => {
  const { visitor } = await start()
  const attempt = new Map(visitor.cookies)
  const back = await atProvider(visitor)
  const begun = new Map(visitor.cookies)
  await visitor.get(back.pathname + back.search)
  for (const [name, value] of [...attempt, ...begun]) visitor.cookies.set(name, value)
  expect((await visitor.get(back.pathname + back.search)).status).toBe(401)
})

test.each([
  ['another state', (back: URL) => back.searchParams.set('state', 'forged')],
  ['another code', (back: URL) => back.searchParams.set('code', 'forged')],
  ['no code', (back: URL) => back.searchParams.delete('code')],
])('an answer with %s signs nobody in', async (_what, change) => {
  const { visitor } = await start()
  const back = await atProvider(visitor)
  change(back)
  expect((await visitor.get(back.pathname + back.search)).status).toBe(401)
  expect((await visitor.get('/api/street')).status).toBe(401)
})

test('an ID token for another attempt signs nobody in', async () => {
  const { visitor, provider } = await start()
  provider.seen.nonce = 'of-another-attempt'
  const back = await atProvider(visitor)
  expect((await visitor.get(back.pathname + back.search)).status).toBe(401)
})

test('an ID token for another client signs nobody in', async () => {
  const { visitor } = await start({ aud: 'somebody-else' })
  const back = await atProvider(visitor)
  expect((await visitor.get(back.pathname + back.search)).status).toBe(401)
})

test('a person without a role here is told so', async () => {
  const { visitor } = await start({ interlock_roles: ['superuser'] })
  const back = await atProvider(visitor)
  const { status, body } = await visitor.get(back.pathname + back.search)
  expect([status, body['reason']]).toEqual([403, 'NotPermitted'])
})

test('with a provider there is no password to guess', async () => {
  const { visitor } = await start()
  expect((await visitor.post('/api/login', { name: 'ada', password: 'x' })).status).toBe(404)
})
