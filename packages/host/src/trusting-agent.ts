import { Agent, type AgentOptions, type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { isIP } from 'node:net'
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import { Fault, type Eui64, type Role } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { bearerOn, handshakeMillisMax, peerOn, type Trust } from './tls.ts'

/** Who the server must be, by its certificate; anybody under the root where nothing is said. */
export type ExpectedServer = {
  readonly role?: Role | undefined
  readonly organisation?: Eui64 | undefined
}

type Connected = (error: Error | null, socket?: Duplex) => void

/** Hands out connections only after the server has been recognised; nothing is sent before. */
export class TrustingAgent extends Agent {
  readonly #trust: Trust
  readonly #expected: ExpectedServer
  readonly #byName: boolean
  /** Keys and roots, parsed for the first connection and not for each. */
  #context: SecureContext | undefined

  constructor(options: AgentOptions, trust: Trust, expected: ExpectedServer = {}, byName = false) {
    super(options)
    this.#trust = trust
    this.#expected = expected
    this.#byName = byName
  }

  override createConnection(options: RequestOptions, connected: Connected): undefined {
    const host = options.host ?? 'localhost'
    const socket = connect({
      ...this.options,
      secureContext: (this.#context ??= createSecureContext(this.options)),
      host,
      port: Number(options.port),
      ...(isIP(host) === 0 ? { servername: host } : {}),
    })
    let settled = false
    const settle = (error: Error | null): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      socket.off('error', settle)
      if (error === null) connected(null, socket)
      else {
        // What the dying socket still reports has been reported already.
        socket.on('error', () => {})
        socket.destroy()
        connected(error)
      }
    }
    const timer = setTimeout(
      () => settle(new Fault('PeerUnavailable', 'no TLS handshake in time')),
      handshakeMillisMax,
    )
    socket.on('error', settle)
    socket.once('close', () => settle(new Fault('PeerUnavailable', 'closed in the handshake')))
    socket.once('secureConnect', () => settle(this.#refusalOf(socket, host)))
  }

  /** @returns a Fault `PeerUntrusted` when the server is not whom it should be. */
  #refusalOf(socket: TLSSocket, host: string): Fault | null {
    const refusal = this.#byName ? nameRefusal(socket, host) : null
    if (refusal !== null) return refusal
    const peer = this.#byName ? bearerOn(socket, this.#trust) : peerOn(socket, this.#trust)
    // Valid for its host, and of another system: it names no role.
    if (this.#byName && !peer.ok && peer.reason === 'IdentityMissing') return null
    if (!peer.ok) return new Fault('PeerUntrusted', peer.detail ?? peer.reason)
    const found = [peer.value.role, peer.value.organisation]
    const expected = [this.#expected.role, this.#expected.organisation]
    const other = expected.findIndex((each, at) => each !== undefined && each !== found[at])
    if (other === -1) return null
    return new Fault('PeerUntrusted', `expected ${expected[other]}, found ${found[other]}`)
  }
}

/** Whether a chain that verifies belongs to the host that was called. */
function nameRefusal(socket: TLSSocket, host: string): Fault | null {
  const refusal = socket.authorized
    ? checkServerIdentity(host, socket.getPeerCertificate())
    : socket.authorizationError
  if (refusal === undefined) return null
  return new Fault('PeerUntrusted', `not the server ${host}: ${String(refusal)}`)
}

/** Who answered, for a socket this agent handed out. */
export function peerBehind(socket: TLSSocket, trust: Trust): Peer | undefined {
  const peer = peerOn(socket, trust)
  return peer.ok ? peer.value : undefined
}
