import type { Clock } from '@interlock/kernel'
import * as client from 'openid-client'
import { isWebRole, type Person } from './access.ts'
import type { OidcLogin } from './config-schema.ts'
import { newToken } from './tokens.ts'

/** Login at an OpenID provider: authorization code with PKCE, state and nonce. */
export interface Oidc {
  /** Where to send the browser, and a name for this attempt that only this browser gets. */
  begin(redirectUri: string): Promise<{ url: string; attempt: string }>
  /**
   * @returns the person, or undefined when the attempt is unknown, used, or too old.
   * @throws when the provider refuses or its answer does not verify.
   */
  finish(currentUrl: string, attempt: string | undefined): Promise<Person | undefined>
}

type Attempt = { verifier: string; state: string; nonce: string; at: number }
const attemptMillisMax = 10 * 60_000
const attemptsMax = 1_000

export function createOidc(login: OidcLogin, wall: Clock): Oidc {
  const attempts = new Map<string, Attempt>()
  let discovered: Promise<client.Configuration> | undefined
  const configuration = () => {
    discovered ??= discover(login).catch((error: unknown) => {
      discovered = undefined
      throw error
    })
    return discovered
  }
  return {
    begin: async (redirectUri) => {
      const config = await configuration()
      const verifier = client.randomPKCECodeVerifier()
      const made = { verifier, state: newToken(), nonce: newToken(), at: wall.now() }
      const attempt = newToken()
      const oldest = attempts.size >= attemptsMax ? attempts.keys().next().value : undefined
      if (oldest !== undefined) attempts.delete(oldest)
      attempts.set(attempt, made)
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: login.scope,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: made.state,
        nonce: made.nonce,
      })
      return { url: url.href, attempt }
    },
    finish: async (currentUrl, attempt) => {
      const made = attempt === undefined ? undefined : attempts.get(attempt)
      if (attempt === undefined || made === undefined) return undefined
      attempts.delete(attempt)
      if (wall.now() - made.at > attemptMillisMax) return undefined
      const tokens = await client.authorizationCodeGrant(
        await configuration(),
        new URL(currentUrl),
        {
          pkceCodeVerifier: made.verifier,
          expectedState: made.state,
          expectedNonce: made.nonce,
          idTokenExpected: true,
        },
      )
      return personOf(tokens.claims() ?? {}, login)
    },
  }
}

async function discover(login: OidcLogin): Promise<client.Configuration> {
  const issuer = new URL(login.issuer)
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname)
  // Plain http only on this machine; anything else fails inside the library.
  const execute = issuer.protocol === 'http:' && loopback ? [client.allowInsecureRequests] : []
  return client.discovery(issuer, login.clientId, login.clientSecret, undefined, {
    execute,
    timeout: 10,
  })
}

/** Claims to roles; what is not a role of ours is left out, and nobody is a driver everywhere. */
function personOf(claims: Record<string, unknown>, login: OidcLogin): Person {
  const list = (claim: unknown): unknown[] => (Array.isArray(claim) ? claim : [claim])
  const stations = list(claims[login.stationsClaim]).filter((each) => typeof each === 'string')
  return {
    name: `${claims['preferred_username'] ?? claims['sub']}`,
    roles: list(claims[login.rolesClaim]).filter(isWebRole),
    stations,
  }
}
