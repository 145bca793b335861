import { connect } from 'node:net'
import { httpClient, type Identity } from '@interlock/host'
import { Fault, unobserved } from '@interlock/kernel'
import type { CsmsSubject, Lease, SecurityProfile, Tokens } from './subject.ts'

/** A CSMS of someone else: where it listens, what it knows of the runner, and how it is told to send. */
export type ForeignCsms = {
  /** `ws(s)://host:port/path`; `/STATION` is appended. */
  readonly address: string
  readonly securityProfile: SecurityProfile
  /** Stations that it knows and nobody else uses; at least one. */
  readonly stations: readonly { readonly stationId: string; readonly identity?: Identity }[]
  /** Of the stations, under security profiles 1 and 2. */
  readonly password?: string
  /** PEM of the roots that its certificate may hang from. */
  readonly roots: readonly string[]
  readonly trigger: Trigger
  /** Tokens that it has been given. */
  readonly tokens: Tokens
}

/** Is called with `{stationId, action, payload}`, as JSON, and has the CSMS send that request. */
export type Trigger = {
  readonly url: string
  /** The `Authorization` header. */
  readonly authorization?: string
}

/**
 * A CSMS of someone else as one under test. It is reached over its own protocol and one HTTP call;
 * nothing is asked about what it knows.
 *
 * @throws Fault `TargetUnreachable` when nothing listens at its address
 */
export async function openForeignCsms(foreign: ForeignCsms): Promise<CsmsSubject> {
  const { address, securityProfile: profile, trigger, password } = foreign
  await reached(address)
  const trust = { roots: foreign.roots }
  const http = httpClient({ trust, activity: unobserved })
  const headers: Record<string, string> =
    trigger.authorization === undefined ? {} : { authorization: trigger.authorization }
  const free = foreign.stations.map(({ stationId, identity }): Lease => {
    const proof = { ...(identity && { identity }), ...(password !== undefined && { password }) }
    const addresses = { [profile]: address }
    return { stationId, addresses, profile, trust, recognise: 'name', ...proof }
  })
  return {
    name: address,
    tokens: foreign.tokens,
    lease() {
      const lease = free.shift()
      if (lease === undefined) throw new TypeError('more cases are under way than it has stations')
      return Promise.resolve(lease)
    },
    release: (lease) => void free.push(lease),
    async command(stationId, action, payload) {
      const order = { stationId, action, payload }
      const { status, body } = await http.request('POST', trigger.url, order, { headers })
      return { status, body }
    },
    close: () => http.close(),
  }
}

const reachMillisMax = 5_000

function reached(address: string): Promise<void> {
  const { hostname, port, protocol } = new URL(address)
  const standard = protocol === 'wss:' ? 443 : 80
  return new Promise((resolve, reject) => {
    const socket = connect(port === '' ? standard : Number(port), hostname)
    const fail = (cause: Error): void => {
      socket.destroy()
      reject(new Fault('TargetUnreachable', `${address}: ${cause.message}`, { cause }))
    }
    socket.setTimeout(reachMillisMax, () => fail(new Error('no answer')))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
  })
}
