import { request } from 'node:https'
import { connect, type TLSSocket } from 'node:tls'
import { limits } from '@interlock/contract'
import { Fault } from '@interlock/kernel'
import { exchange, type HttpResponse } from './http-client.ts'
import { clientTls, handshakeMillisMax } from './tls.ts'

/**
 * Asks a server that is known by its key and by no authority: JSON, POST, over a connection of its own. What is sent
 * may depend on the key (SPKI) that it shows.
 *
 * @param bodyFor gives `undefined` for a key that is not the right one: nothing is sent then
 * @throws Fault `PeerUnavailable` on a network failure or a timeout, `PeerUntrusted` where nothing was sent
 */
export async function askPinned(
  address: string,
  bodyFor: (spki: Uint8Array) => object | undefined,
): Promise<HttpResponse> {
  const url = new URL(address)
  const socket = await connected(url)
  try {
    const spki = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' })
    const body = spki && bodyFor(new Uint8Array(spki))
    if (body === undefined)
      throw new Fault('PeerUntrusted', `${url.host} shows another key than the one known`, {
        remedy: 'ask on the network of the home; where the device was replaced, pair again',
      })
    const payload = JSON.stringify(body)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    }
    const signal = AbortSignal.timeout(limits.httpTimeoutMillis)
    const asked = request(url, { method: 'POST', headers, signal, createConnection: () => socket })
    const { status, body: answer } = await exchange(asked, payload)
    return { status, body: answer }
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw unreachable(url, cause)
  } finally {
    socket.destroy()
  }
}

const connected = (url: URL): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const tls = clientTls(undefined, { roots: [] })
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ ...tls, host, port: Number(url.port || 443) })
    const failed = (cause: unknown): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(unreachable(url, cause))
    }
    const timer = setTimeout(() => failed(new Error('no handshake in time')), handshakeMillisMax)
    socket.once('error', failed)
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      socket.off('error', failed)
      // Whoever uses it hears of it by the request.
      socket.on('error', () => {})
      resolve(socket)
    })
  })

const unreachable = ({ host }: URL, cause: unknown): Fault =>
  new Fault('PeerUnavailable', `${host}: ${cause instanceof Error ? cause.message : 'no answer'}`, {
    cause,
    remedy: 'check the address, and that this device is on the network of the home',
  })
