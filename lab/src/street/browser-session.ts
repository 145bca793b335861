import { Fault } from '@interlock/kernel'

/** One origin as a browser would use it: cookies, the CSRF token, and nobody else's origin. */
export type BrowserSession = {
  signIn(name: string, password: string): Promise<void>
  get(path: string): Promise<unknown>
  /** @throws Fault with the reason that the server gave. */
  post(path: string, body: object): Promise<unknown>
}

/** A session with one of the web actor's two origins, without a browser. */
export function openBrowserSession(origin: string): BrowserSession {
  let cookie = ''
  let csrf = ''

  async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        cookie,
        origin,
        'x-csrf-token': csrf,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const set of response.headers.getSetCookie()) cookie = set.split(';')[0] ?? cookie
    const text = await response.text()
    const answer: unknown = text === '' ? undefined : JSON.parse(text)
    if (response.ok) return answer
    const { reason, detail } = (answer ?? {}) as { reason?: string; detail?: string }
    throw new Fault(detail ?? reason ?? 'Unknown', `${method} ${path}: ${response.status} ${text}`)
  }

  /** Signing in changes the session, and with it the token. */
  async function refreshToken(): Promise<void> {
    const session = (await call('GET', '/api/session')) as { csrf?: string }
    csrf = session.csrf ?? ''
  }

  return {
    signIn: async (name, password) => {
      await call('POST', '/api/login', { name, password })
      await refreshToken()
    },
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
  }
}
