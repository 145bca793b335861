import { Agent, type AgentOptions, type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import { Fault, type Role } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { handshakeMillisMax, peerOn, type Trust } from './tls.ts'

type Connected = (error: Error | null, socket?: Duplex) => void

/** Hands out connections only after the server has been recognised; nothing is sent before. */
export class TrustingAgent extends Agent {
  readonly #trust: Trust
  readonly #expectRole: Role | undefined

  constructor(options: AgentOptions, trust: Trust, expectRole?: Role) {
    super(options)
    this.#trust = trust
    this.#expectRole = expectRole
  }

  override createConnection(options: RequestOptions, connected: Connected): undefined {
    const socket = connect({
      ...this.options,
      host: options.host ?? 'localhost',
      port: Number(options.port),
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
    socket.once('secureConnect', () => settle(this.#refusalOf(socket)))
  }

  /** @returns a Fault `PeerUntrusted` when the server is not whom it should be. */
  #refusalOf(socket: TLSSocket): Fault | null {
    const peer = peerOn(socket, this.#trust)
    if (!peer.ok) return new Fault('PeerUntrusted', peer.detail ?? peer.reason)
    if (this.#expectRole === undefined || peer.value.role === this.#expectRole) return null
    return new Fault('PeerUntrusted', `expected ${this.#expectRole}, found ${peer.value.role}`)
  }
}

/** Who answered, for a socket this agent handed out. */
export function peerBehind(socket: TLSSocket, trust: Trust): Peer | undefined {
  const peer = peerOn(socket, trust)
  return peer.ok ? peer.value : undefined
}
