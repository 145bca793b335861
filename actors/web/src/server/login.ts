import type { Clock } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import {
  Declined,
  sessionOf,
  type Answer,
  type Cookie,
  type Person,
  type WebRequest,
  type WebRoute,
} from './access.ts'
import type { Account, WebConfig } from './config-schema.ts'
import { createOidc, type Oidc } from './oidc.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { sessionLimits, type Sessions } from './sessions.ts'
import { createThrottle, type Throttle } from './throttle.ts'

/** How people prove who they are; one for both origins, so that throttling counts both. */
export type Login = {
  readonly kind: 'builtIn' | 'oidc'
  /** @throws Declined LoginFailed, TooManyAttempts */
  readonly withPassword: (name: string, password: string, remote: string) => Promise<Person>
  readonly oidc: Oidc | undefined
}

export const loginLimits = {
  windowMillis: 5 * 60_000,
  failuresPerAccountMax: 5,
  failuresPerAddressMax: 20,
} as const

export function createLogin(config: WebConfig['login'], wall: Clock): Login {
  if (config.kind === 'oidc') {
    const withPassword = () => Promise.reject(new Declined('NotFound'))
    return { kind: 'oidc', withPassword, oidc: createOidc(config, wall) }
  }
  const throttle = (failuresMax: number) =>
    createThrottle({ wall, failuresMax, windowMillis: loginLimits.windowMillis })
  const byAccount = throttle(loginLimits.failuresPerAccountMax)
  const byAddress = throttle(loginLimits.failuresPerAddressMax)
  // Checked when the name is unknown, so that time does not tell which names exist.
  const nobody = hashPassword('', iterationsOf(config.accounts))
  return {
    kind: 'builtIn',
    oidc: undefined,
    withPassword: async (name, password, remote) => {
      const keys: [Throttle, string][] = [
        [byAccount, name],
        [byAddress, remote],
      ]
      const wait = Math.max(...keys.map(([each, key]) => each.waitSeconds(key)))
      if (wait > 0) throw new Declined('TooManyAttempts', undefined, { retryAfterSeconds: wait })
      // Counted before the slow comparison, so that many at once are counted too.
      for (const [each, key] of keys) each.fail(key)
      const account = config.accounts.find((each) => each.name === name)
      const right = await verifyPassword(password, account?.password ?? (await nobody))
      if (account === undefined || !right) throw new Declined('LoginFailed')
      byAccount.clear(name)
      byAddress.forgive(remote)
      return { name: account.name, roles: account.roles, stations: account.stations }
    },
  }
}

const iterationsOf = (accounts: readonly Account[]): number =>
  Number(accounts[0]?.password.split('$')[1] ?? 0) || 600_000

const Credentials = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
  },
  { additionalProperties: false },
)

/** The sign-in routes, which both origins have. */
export function loginRoutes(options: {
  login: Login
  sessions: Sessions
  cookieName: string
  origin: () => string
  /** What the page needs to know besides who is signed in. */
  about: () => object
  onSignedIn?: (person: Person) => void
}): WebRoute[] {
  const { login, sessions, cookieName, origin } = options
  const attemptCookie = `${cookieName}-attempt`
  const open = (request: WebRequest, person: Person): Cookie => {
    sessions.close(request.cookies[cookieName])
    options.onSignedIn?.(person)
    return sessionCookie(cookieName, sessions.open(person).id)
  }
  const who = (request: WebRequest): Answer => {
    const about = { login: login.kind, ...options.about() }
    if (request.session === undefined) return { status: 200, body: about }
    const { person, csrf } = request.session
    return { status: 200, body: { ...about, person, csrf } }
  }
  return [
    { method: 'GET', url: '/api/session', access: 'public', handle: who },
    {
      method: 'POST',
      url: '/api/login',
      access: 'public',
      body: Credentials,
      handle: async (request) => {
        const { name, password } = request.body as Static<typeof Credentials>
        const person = await login.withPassword(name, password, request.remote)
        return { status: 204, cookies: [open(request, person)] }
      },
    },
    {
      method: 'POST',
      url: '/api/logout',
      access: 'anyone',
      handle: (request) => {
        sessions.close(sessionOf(request).id)
        return { status: 204, cookies: [{ ...sessionCookie(cookieName, ''), maxAgeSeconds: 0 }] }
      },
    },
    {
      method: 'GET',
      url: '/login',
      access: 'public',
      handle: async () => {
        if (login.oidc === undefined) throw new Declined('NotFound')
        const { url, attempt } = await login.oidc.begin(`${origin()}/login/callback`)
        // Lax: the provider's redirect back is a navigation from another site.
        const cookie = { name: attemptCookie, value: attempt, sameSite: 'lax', maxAgeSeconds: 600 }
        return { status: 302, location: url, cookies: [cookie as Cookie] }
      },
    },
    {
      method: 'GET',
      url: '/login/callback',
      access: 'public',
      handle: async (request) => {
        if (login.oidc === undefined) throw new Declined('NotFound')
        const attempt = request.cookies[attemptCookie]
        const person = await login.oidc
          .finish(`${origin()}${request.url}`, attempt)
          .catch((cause: unknown) => {
            throw new Declined('LoginFailed', 'the provider did not confirm it', { cause })
          })
        if (person === undefined) throw new Declined('LoginFailed', 'start again')
        if (person.roles.length === 0) throw new Declined('NotPermitted', 'no role was given')
        const used: Cookie = { name: attemptCookie, value: '', sameSite: 'lax', maxAgeSeconds: 0 }
        return { status: 302, location: '/', cookies: [open(request, person), used] }
      },
    },
  ]
}

export const sessionCookie = (name: string, value: string): Cookie => ({
  name,
  value,
  sameSite: 'strict',
  maxAgeSeconds: sessionLimits.lifeMillis / 1000,
})
