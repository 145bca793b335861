import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { ServerRefusal } from '@interlock/contract'
import { parseStationId, refused, type Refusal } from '@interlock/kernel'
import type { Bearer } from '@interlock/pki'
import { problem, problemType } from './http-problem.ts'
import { bearerOn, peerOn, type Trust } from './tls.ts'

/** Who asks to connect: the identity in the path, and what proves it. */
export type AdmissionRequest = {
  readonly id: string
  /** Where the connection comes from. */
  readonly address: string
  /** Security profile 3: from a certificate that has been verified. */
  readonly peer?: Bearer
  /** Security profiles 1 and 2: not verified yet. */
  readonly basic?: { readonly user: string; readonly password: string }
}

/** The detail goes to whoever asked: nothing that helps to guess a password. */
export type UpgradeRefusal = Refusal<ServerRefusal>
export type Admission = { readonly ok: true } | UpgradeRefusal

/** What the transport itself can say, before anyone is asked (Part 2 §1.3, profiles 1 to 3). */
export function readAdmission(
  request: IncomingMessage,
  options: { path: string; securityProfile: 1 | 2 | 3; trust: Trust; rsa: boolean },
): { ok: true; value: AdmissionRequest } | UpgradeRefusal {
  const id = identityIn(request.url, options.path)
  if (id === undefined)
    return refused('UnknownIdentity', `the path must be ${options.path} and an identity`)
  const { socket } = request
  const address = socket.remoteAddress ?? ''
  if (options.securityProfile !== 3) {
    const basic = basicIn(request.headers.authorization)
    return { ok: true, value: { id, address, ...(basic === undefined ? {} : { basic }) } }
  }
  if (!(socket instanceof TLSSocket)) return refused('CertificateMissing', 'no TLS here')
  const peer = (options.rsa ? bearerOn : peerOn)(socket, options.trust)
  return peer.ok ? { ok: true, value: { id, address, peer: peer.value } } : peer
}

/** The identity at the end of the path, where it is one. */
export function identityIn(url: string | undefined, path: string): string | undefined {
  const [pathname = ''] = (url ?? '').split('?')
  if (!pathname.startsWith(path)) return undefined
  try {
    return parseStationId(decodeURIComponent(pathname.slice(path.length)))
  } catch {
    return undefined
  }
}

const basicCharsMax = 512

function basicIn(header: string | undefined): AdmissionRequest['basic'] {
  if (header === undefined || header.length > basicCharsMax) return undefined
  const [, encoded] = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) return undefined
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Answers the upgrade request over HTTP (RFC 9457) and ends the connection. */
export function endUpgrade(socket: Duplex, { reason, detail }: UpgradeRefusal): void {
  const { status, body } = problem(reason, detail)
  const text = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    // A password is asked for only where one would do.
    ...(reason === 'NotAuthenticated'
      ? ['WWW-Authenticate: Basic realm="ocpp", charset="UTF-8"']
      : []),
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`)
}
