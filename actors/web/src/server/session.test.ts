import { expect, test } from 'vitest'
import { createSessions, sessionLimits } from './sessions.ts'
import { createThrottle } from './throttle.ts'
import { loginLimits } from './login.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { movedClock, startTestWeb, Visitor } from './web.fixture.ts'

const person = { name: 'driver', roles: ['driver'], stations: 'all' } as const

test('a session ends when nobody has used it for half an hour', async () => {
  const { clock, move } = movedClock()
  const sessions = createSessions(clock)
  const { id } = sessions.open(person)
  await move(sessionLimits.idleMillis)
  expect(sessions.find(id)).toBeDefined()
  await move(sessionLimits.idleMillis + 1)
  expect(sessions.find(id)).toBeUndefined()
})

test('a session ends after half a day however much it is used', async () => {
  const { clock, move } = movedClock()
  const sessions = createSessions(clock)
  const { id } = sessions.open(person)
  for (let used = 0; used < sessionLimits.lifeMillis; used += sessionLimits.idleMillis) {
    expect(sessions.find(id)).toBeDefined()
    await move(sessionLimits.idleMillis)
  }
  await move(1)
  expect(sessions.find(id)).toBeUndefined()
})

test('an id that the browser brings along is not adopted at sign-in', async () => {
  const web = await startTestWeb()
  try {
    const victim = new Visitor(web.consoleUrl)
    const planted = 'p'.repeat(43)
    victim.cookies.set('interlock-console', planted)
    await victim.signIn('driver')
    expect(victim.cookies.get('interlock-console')).not.toBe(planted)
    const attacker = new Visitor(web.consoleUrl)
    attacker.cookies.set('interlock-console', planted)
    expect((await attacker.get('/api/street')).status).toBe(401)
  } finally {
    await web.close()
  }
})

test('signing in again ends the session before; signing out ends it at once', async () => {
  const web = await startTestWeb()
  try {
    const visitor = new Visitor(web.consoleUrl)
    await visitor.signIn('driver')
    const first = visitor.cookies.get('interlock-console') ?? ''
    await visitor.signIn('driver')
    const second = visitor.cookies.get('interlock-console') ?? ''
    expect(second).not.toBe(first)
    await visitor.post('/api/logout')
    for (const id of [first, second]) {
      const other = new Visitor(web.consoleUrl)
      other.cookies.set('interlock-console', id)
      expect((await other.get('/api/street')).status).toBe(401)
    }
  } finally {
    await web.close()
  }
})

test('a cookie of a session cannot be read by scripts nor sent by other sites', async () => {
  const web = await startTestWeb()
  try {
    const visitor = new Visitor(web.consoleUrl)
    const { headers } = await visitor.post('/api/login', {
      name: 'driver',
      password: 'correct horse battery staple',
    })
    const [cookie = ''] = headers.getSetCookie()
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).not.toMatch(/Domain=/)
  } finally {
    await web.close()
  }
})

test('guessing is slowed: after five failures an account is closed for a while, even to its owner', async () => {
  const { clock, move } = movedClock()
  const web = await startTestWeb({ deps: { wall: clock } })
  try {
    const visitor = new Visitor(web.consoleUrl)
    for (let i = 0; i < loginLimits.failuresPerAccountMax; i++) {
      expect(await visitor.signIn('driver', 'wrong')).toBe(401)
    }
    const refused = await visitor.post('/api/login', { name: 'driver', password: 'wrong' })
    expect([refused.status, refused.body['reason']]).toEqual([429, 'TooManyAttempts'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await visitor.signIn('driver')).toBe(429)
    expect(await visitor.signIn('operator')).toBe(204)
    // The other origin counts the same guesses.
    expect(await new Visitor(web.armUrl).signIn('driver')).toBe(429)
    await move(loginLimits.windowMillis)
    expect(await visitor.signIn('driver')).toBe(204)
  } finally {
    await web.close()
  }
})

test('guessing many names from one address is slowed too', async () => {
  const web = await startTestWeb()
  try {
    const visitor = new Visitor(web.consoleUrl)
    for (let i = 0; i < loginLimits.failuresPerAddressMax; i++) {
      expect(await visitor.signIn(`nobody-${i}`, 'wrong')).toBe(401)
    }
    expect(await visitor.signIn('driver')).toBe(429)
  } finally {
    await web.close()
  }
})

test('an unknown name and a wrong password get the same answer', async () => {
  const web = await startTestWeb()
  try {
    const visitor = new Visitor(web.consoleUrl)
    const unknown = await visitor.post('/api/login', { name: 'nobody', password: 'x' })
    const wrong = await visitor.post('/api/login', { name: 'driver', password: 'x' })
    expect(unknown.body).toEqual(wrong.body)
  } finally {
    await web.close()
  }
})

test('a throttle forgets the key that failed longest ago when it is full', () => {
  const { clock } = movedClock()
  const throttle = createThrottle({ wall: clock, failuresMax: 1, windowMillis: 1000, keysMax: 2 })
  for (const key of ['a', 'b', 'a', 'c']) throttle.fail(key)
  expect([throttle.waitSeconds('a'), throttle.waitSeconds('b')]).toEqual([1, 0])
})

test('passwords are kept as slow salted hashes', async () => {
  const record = await hashPassword('secret', 1_000)
  expect(record).not.toContain('secret')
  expect(record).not.toBe(await hashPassword('secret', 1_000))
  expect(await verifyPassword('secret', record)).toBe(true)
  expect(await verifyPassword('Secret', record)).toBe(false)
  expect(await verifyPassword('secret', 'plain$secret')).toBe(false)
})
