import { limits } from '@interlock/contract'
import { ok, refused, sameBytes, utf8, type Crypto, type Outcome } from '@interlock/kernel'
import { readHeaders, tokenIn, type HttpHeaders, type OscpHeaders } from './headers.ts'
import {
  isMessageName,
  messages,
  readBody,
  type MessageBody,
  type MessageName,
} from './messages/table.ts'
import type { Register } from './messages/register.ts'
import type { OscpRefusal } from './refusals.ts'
import { oscpVersion, type OscpRole } from './roles.ts'

/** A request as HTTP brought it: header names in small letters, the body as text. */
export type HttpMessage = {
  readonly method: string
  /** Without query: `/oscp/cp/2.0/heartbeat`. */
  readonly path: string
  readonly headers: HttpHeaders
  readonly body: string
}

type Read<Name extends MessageName> = {
  readonly message: Name
  readonly headers: OscpHeaders
} & (Name extends 'register'
  ? | { readonly change: 'create' | 'replace'; readonly body: Register }
    | { readonly change: 'remove' }
  : { readonly body: MessageBody<Name> })

/** One message that has passed the door. */
export type OscpRequest = { [Name in MessageName]: Read<Name> }[MessageName]

/** Who is asked by whom, and what the peer must show. */
export type Door = {
  readonly us: OscpRole
  readonly peer: OscpRole
  /** SHA-256 of the token that we gave the peer. */
  readonly tokenDigest: Uint8Array
}

/** Where a party of `role` takes `message`. */
export const pathOf = (role: OscpRole, message: MessageName): string =>
  `${basePathOf(role)}/${message}`
export const basePathOf = (role: OscpRole): string => `/oscp/${role}/${oscpVersion}`

const changes = { POST: 'create', PUT: 'replace', DELETE: 'remove' } as const

/** Reads one request. The token comes first: who does not have it learns nothing of what is spoken. */
export function readRequest(
  { method, path, headers, body }: HttpMessage,
  { us, peer, tokenDigest }: Door,
  crypto: Crypto,
): Outcome<OscpRequest, OscpRefusal> {
  const token = tokenIn(headers)
  if (token === undefined) return refused('TokenMissing')
  if (!sameBytes(crypto.sha256(utf8(token)), tokenDigest)) return refused('TokenWrong')

  const [, role, version, message] =
    /^\/oscp\/([a-z]{2})\/([\d.]{1,16})\/(\w{1,64})$/.exec(path) ?? []
  if (role !== us || message === undefined) return refused('EndpointUnknown')
  if (version !== oscpVersion) return refused('VersionUnsupported', version)
  if (!isMessageName(message)) return refused('EndpointUnknown', message)
  const { methods, ways } = messages[message]
  if (!methods.some((known) => known === method)) return refused('MethodNotAllowed', method)
  if (!ways.includes(`${peer}>${us}`)) return refused('RoleForbidden', `${peer} to ${us}`)

  const read = readHeaders(headers)
  if (!read.ok) return read
  const change = changes[method as keyof typeof changes]
  if (message === 'register' && change === 'remove')
    return ok({ message, headers: read.value, change })
  if (body.length > limits.bodyBytesMax) return refused('BodyTooLarge')
  const said = readBody(message, body)
  if (!said.ok) return said
  const head = message === 'register' ? { message, change } : { message }
  return ok({ ...head, headers: read.value, body: said.value } as OscpRequest)
}
