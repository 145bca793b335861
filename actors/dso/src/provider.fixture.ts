import {
  httpClient,
  nodeCrypto as crypto,
  openHttpServer,
  silentLog,
  type HttpRequest,
  type Identity,
  type Trust,
} from '@interlock/host'
import { instant, unobserved, utf8, type Eui64, type Instant } from '@interlock/kernel'
import {
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

/** What an attack changes of a request that would be accepted. */
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
}

let requests = 0
const Reason = Type.Object({ reason: Type.String() })
const Message = Type.Object({ message: Type.String() })

/** A flexibility provider: its own HTTPS server, and a client that signs. `serving` is who answers there. */
export async function openProvider(
  name: string,
  own: Identity,
  dso: Identity,
  rootPem: string,
  serving: Identity = own,
) {
  const tokens = { ours: `token-for-the-dso-${name}`, theirs: `token-of-provider-${name}` }
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
  const door = { us: 'fp', peer: 'cp', tokenDigest: crypto.sha256(utf8(tokens.ours)) } as const
  const hear = ({ params, headers, body }: HttpRequest) => {
    const path = `/oscp/fp/${params['version']}/${params['message']}`
    const http = { method: 'POST', path, headers, body: String(body) }
    const read = readRequest(http, door, crypto)
    const listener = { peer: pinOf(dso), us: own.peer.organisation, memory }
    const verified = read.ok ? verifyRequest(http, listener, instant(Date.now()), crypto) : read
    if (!read.ok || !verified.ok) refusals.push(verified.ok ? '' : verified.reason)
    else heard.push(read.value)
    return { status: verified.ok ? 204 : 400 }
  }
  server.route({
    method: 'POST',
    url: '/oscp/fp/:version/:message',
    roles: ['dso'],
    contentType: 'jsonText',
    handle: hear,
  })
  const origin = `https://127.0.0.1:${await server.listen()}`
  const versions = [{ version: '2.0', baseUrl: `${origin}/oscp/fp/2.0` }]
  const register = { token: tokens.ours, versions }

  const sender = { name, own, dso, trust, token: tokens.theirs }
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
  const row = (certificate: string) => ({ name, certificate, origin, token: tokens.theirs })
  return { row, register, refusals, heard, bodiesOf, send, close: () => server.close() }
}

type Sender = {
  readonly name: string
  readonly own: Identity
  readonly dso: Identity
  readonly trust: Trust
  readonly token: string
}

/** Status, and by which name it was refused. */
async function sendTo(
  port: number,
  message: MessageName,
  text: string,
  { name, own, dso, trust, token }: Sender,
  tampering: Tampering,
): Promise<readonly [number, string?]> {
  const { method = 'POST', path = pathOf('cp', message), as = own } = tampering
  const { requestId = `${name}-${++requests}`, signer = signerOf(own) } = tampering
  const headers = writeHeaders({ requestId }, tampering.token ?? token)
  const request = { method, path, headers, body: tampering.text ?? text }
  const to = tampering.signedTo ?? dso.peer.organisation
  const signature = signRequest(request, to, signer, instant(Date.now()), crypto)
  const signed = tampering.unsigned === true ? {} : { [headerNames.signature]: signature }
  const client = httpClient({ identity: as, trust, activity: unobserved, expectRole: 'dso' })
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
