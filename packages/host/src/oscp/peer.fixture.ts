import { instant, unobserved, utf8, type Eui64, type Instant } from '@interlock/kernel'
import {
  basePathOf,
  createRequestMemory,
  headerNames,
  pathOf,
  readRequest,
  signRequest,
  verifyRequest,
  writeBody,
  writeHeaders,
  type MessageBody,
  type MessageName,
  type OscpRequest,
  type PinnedPeer,
} from '@interlock/oscp'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { httpClient } from '../http-client.ts'
import { openHttpServer, type HttpRequest } from '../http-server.ts'
import type { Identity } from '../identity.ts'
import { silentLog } from '../log.ts'
import { nodeCrypto as crypto } from '../node-crypto.ts'
import type { Trust } from '../tls.ts'

export const signerOf = ({ key, peer }: Identity) => ({
  org: peer.organisation,
  thumbprint: peer.thumbprint,
  key,
})
export const pinOf = ({ peer }: Identity): PinnedPeer => ({
  org: peer.organisation,
  thumbprint: peer.thumbprint,
  publicKey: peer.publicKey,
})

/** What a test, or an attack, changes of a request that would be accepted. */
export type Tampering = {
  readonly method?: string
  readonly path?: string
  readonly token?: string
  readonly as?: Identity
  readonly signer?: ReturnType<typeof signerOf>
  readonly signedTo?: Eui64
  readonly text?: string
  /** Takes the place of the body once it is signed. */
  readonly textAfterwards?: string
  readonly unsigned?: boolean
  readonly requestId?: string
  /** That of the request that it answers. */
  readonly correlationId?: string
}

let requests = 0
const Reason = Type.Object({ reason: Type.String() })
const Message = Type.Object({ message: Type.String() })

/** Which side of OSCP it is, and of which role those are whom it speaks with. */
const sides = {
  provider: { us: 'fp', them: 'cp', peerRole: 'dso' },
  operator: { us: 'cp', them: 'fp', peerRole: 'csms' },
} as const

export type OscpPeerOptions = {
  readonly side: keyof typeof sides
  readonly name: string
  readonly own: Identity
  /** With whom it speaks. */
  readonly other: Identity
  readonly rootPem: string
  /** Who answers at its address; itself unless given. */
  readonly serving?: Identity
}

/** One party of OSCP: its own HTTPS server, and a client that signs. */
export async function openOscpPeer(options: OscpPeerOptions) {
  const { side, name, own, other, rootPem, serving = own } = options
  const { us, them, peerRole } = sides[side]
  const tokens = { ours: `token-for-the-other-of-${name}`, theirs: `token-of-${side}-${name}` }
  const heard: OscpRequest[] = []
  const refusals: string[] = []
  const memory = createRequestMemory(instant(Date.now()))
  const trust = { roots: [rootPem] }
  const server = await openHttpServer({
    name,
    listen: { host: '127.0.0.1', port: 0 },
    identity: serving,
    trust,
    activity: unobserved,
    log: silentLog,
  })
  const door = { us, peer: them, tokenDigest: crypto.sha256(utf8(tokens.ours)) } as const
  /** What it does about a message once that is heard. */
  let react: (request: OscpRequest) => void = () => {}
  const hear =
    (method: string) =>
    ({ params, headers, body }: HttpRequest) => {
      const path = `/oscp/${us}/${params['version']}/${params['message']}`
      const text = typeof body === 'string' ? body : ''
      const http = { method, path, headers, body: text }
      const read = readRequest(http, door, crypto)
      const listener = { peer: pinOf(other), us: own.peer.organisation, memory }
      const verified = read.ok ? verifyRequest(http, listener, instant(Date.now()), crypto) : read
      if (!read.ok || !verified.ok) refusals.push(verified.ok ? '' : verified.reason)
      else {
        heard.push(read.value)
        react(read.value)
      }
      return { status: verified.ok ? 204 : 400 }
    }
  for (const method of ['POST', 'DELETE'] as const)
    server.route({
      method,
      url: `/oscp/${us}/:version/:message`,
      roles: [peerRole],
      contentType: 'jsonText',
      handle: hear(method),
    })
  const origin = `https://127.0.0.1:${await server.listen()}`
  const baseUrl = `${origin}${basePathOf(us)}`
  const register = { token: tokens.ours, versions: [{ version: '2.0', baseUrl }] }

  const sender = { name, own, other, trust, token: tokens.theirs, them, peerRole }
  const send = <Name extends MessageName>(
    port: number,
    message: Name,
    body: MessageBody<Name>,
    tampering: Tampering = {},
  ) => sendTo(port, message, writeBody(message, body), sender, tampering)

  /** What was heard of one message, newest last. */
  const bodiesOf = <Name extends MessageName>(message: Name): MessageBody<Name>[] =>
    heard.flatMap((request) =>
      request.message === message && 'body' in request ? [request.body as MessageBody<Name>] : [],
    )
  return {
    origin,
    baseUrl,
    tokens,
    register,
    refusals,
    heard,
    bodiesOf,
    send,
    onMessage: (work: typeof react) => void (react = work),
    close: () => server.close(),
  }
}

type Sender = {
  readonly name: string
  readonly own: Identity
  readonly other: Identity
  readonly trust: Trust
  readonly token: string
  readonly them: (typeof sides)[keyof typeof sides]['them']
  readonly peerRole: (typeof sides)[keyof typeof sides]['peerRole']
}

/** Status, and by which name it was refused. */
async function sendTo(
  port: number,
  message: MessageName,
  text: string,
  { name, own, other, trust, token, them, peerRole }: Sender,
  tampering: Tampering,
): Promise<readonly [number, string?]> {
  const { method = 'POST', path = pathOf(them, message), as = own } = tampering
  const { requestId = `${name}-${++requests}`, signer = signerOf(own), correlationId } = tampering
  const named = { requestId, ...(correlationId === undefined ? {} : { correlationId }) }
  const headers = writeHeaders(named, tampering.token ?? token)
  const request = { method, path, headers, body: tampering.text ?? text }
  const to = tampering.signedTo ?? other.peer.organisation
  const signature = signRequest(request, to, signer, instant(Date.now()), crypto)
  const signed = tampering.unsigned === true ? {} : { [headerNames.signature]: signature }
  const client = httpClient({ identity: as, trust, activity: unobserved, expectRole: peerRole })
  const url = `https://127.0.0.1:${port}${path}`
  const { status, body } = await client.request(
    method,
    url,
    tampering.textAfterwards ?? request.body,
    { type: 'application/json', headers: { ...headers, ...signed }, requestId },
  )
  await client.close()
  if (Value.Check(Message, body)) return [status, body.message.split(':')[0] ?? '']
  return Value.Check(Reason, body) ? [status, body.reason] : [status]
}

export const soon = (millis: number): Instant => instant(Date.now() + millis)
