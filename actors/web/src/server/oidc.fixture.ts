import { toBase64Url, utf8 } from '@interlock/kernel'
import { fastify } from 'fastify'

/** The smallest OpenID provider: one client, one person, codes bound to PKCE, ES256 ID tokens. */
export async function startProvider(claims: Record<string, unknown>) {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const app = fastify({ logger: false, forceCloseConnections: true })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(`${body}`))),
  )
  const codes = new Map<string, { challenge: string; nonce: string; redirect: string }>()
  const seen = { nonce: undefined as string | undefined, exchanges: 0 }
  let issuer = ''

  app.get('/.well-known/openid-configuration', () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  }))
  app.get('/jwks', async () => {
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
    return { keys: [{ kty, crv, x, y, kid: '1', alg: 'ES256', use: 'sig' }] }
  })
  app.get('/authorize', (request, reply) => {
    const query = request.query as Record<string, string>
    const code = `code-${codes.size}`
    const redirect = query['redirect_uri'] ?? ''
    codes.set(code, {
      challenge: query['code_challenge'] ?? '',
      nonce: seen.nonce ?? query['nonce'] ?? '',
      redirect,
    })
    return reply.redirect(`${redirect}?code=${code}&state=${query['state']}`)
  })
  app.post('/token', async (request, reply) => {
    const form = request.body as Record<string, string>
    const issued = codes.get(form['code'] ?? '')
    codes.delete(form['code'] ?? '')
    const verifier = utf8(form['code_verifier'] ?? '')
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(verifier))
    const proves = issued?.challenge === toBase64Url(new Uint8Array(digest))
    if (issued === undefined || !proves || issued.redirect !== form['redirect_uri'])
      return reply.code(400).send({ error: 'invalid_grant' })
    seen.exchanges++
    const at = Math.floor(Date.now() / 1000)
    const body = { iss: issuer, aud: 'interlock', iat: at, exp: at + 300, nonce: issued.nonce }
    const idToken = await jwt({ ...body, ...claims }, pair.privateKey)
    return { access_token: 'opaque', token_type: 'Bearer', id_token: idToken }
  })
  issuer = await app.listen({ host: '127.0.0.1', port: 0 })
  return { issuer, seen, close: () => app.close() }
}

async function jwt(claims: object, key: CryptoKey): Promise<string> {
  const part = (value: object) => toBase64Url(utf8(JSON.stringify(value)))
  const signed = `${part({ alg: 'ES256', kid: '1' })}.${part(claims)}`
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, key, new Uint8Array(utf8(signed)))
  return `${signed}.${toBase64Url(new Uint8Array(signature))}`
}
