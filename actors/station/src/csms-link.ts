import { portsOf, systemEntropy, type Running } from '@interlock/host'
import { inSeconds, type Timer } from '@interlock/kernel'
import { CallFailed, createEndpoint, type Endpoint, type Handlers } from '@interlock/ocpp'
import { backOffSeconds } from './network/back-off.ts'
import type { Boot } from './network/boot.ts'
import { isFirstContact, type Network, type Way } from './network/network.ts'
import { refusesProof, securityEventOf } from './network/tls-failure.ts'
import type { Caller } from './reports.ts'
import type { Station } from './station.ts'

const subprotocols = ['ocpp2.0.1'] as const
/** Wall time that a start waits for first contact to lead to a certificate. */
const startSecondsMax = 15

export type Proof = Pick<Way, 'identity' | 'basic'>

/** The one connection to the CSMS, kept open. */
export type CsmsLink = Running & {
  readonly caller: Caller
  /** What the station proved itself with on the present connection. */
  shown(): Proof
  /** Opens the first connection. Settles when it has been tried. */
  start(): Promise<void>
  /** Ends the present connection and opens the next at once. */
  reconnect(): void
  /** The network cable: out, or in again. Simulated. */
  plugged(isPlugged: boolean): void
}

export type CsmsLinkOptions = {
  readonly station: () => Station
  readonly network: Network
  readonly boot: () => Boot
  /** At first contact, and afterwards. */
  readonly handlers: () => Handlers
}

export function createCsmsLink(options: CsmsLinkOptions): CsmsLink {
  const { network } = options
  let endpoint: Endpoint | undefined
  let shown: Proof = {}
  let timer: Timer | undefined
  let trying: Promise<void> | undefined
  /** In vain, since the last connection. */
  let waits = 0
  let closing = false
  let unplugged = false
  /** The present connection ends because we want another: no back-off. */
  let renewing = false
  let onTried: (() => void) | undefined

  const caller: Caller = {
    online: () => endpoint !== undefined && options.boot().registration === 'Accepted',
    call(action, payload, { solicited = false, timeoutMillis } = {}) {
      const { registration } = options.boot()
      // B02.FR.02: while Pending only what was asked for.
      const may = registration === 'Accepted' || (solicited && registration === 'Pending')
      if (endpoint === undefined || !may)
        return Promise.reject(new CallFailed('Closed', action, 'there is no connection'))
      return endpoint.call(action, payload, {
        timeoutMillis: timeoutMillis ?? network.messageTimeoutSeconds() * 1000,
      })
    },
  }

  const open = async (way: Way): Promise<void> => {
    const station = options.station()
    const { deps } = station
    const socket = await portsOf(deps).connectOcpp({
      ...way,
      trust: { roots: station.csmsRoots() },
      subprotocols,
      log: deps.log,
      activity: deps.activity,
      expectRole: 'csms',
      pingSeconds: () => station.model.setting('OCPPCommCtrlr', 'WebSocketPingInterval'),
    })
    if (closing || unplugged) socket.close(1001, 'closing')
    const current = createEndpoint({
      transport: socket,
      handlers: options.handlers(),
      wall: deps.wall,
      activity: deps.activity,
      onProblem: ({ kind, code, detail }) => deps.log.warn({ kind, code, detail }, 'OCPP'),
    })
    endpoint = current
    shown = way
    socket.onClose(() => {
      if (endpoint === current) lost()
    })
    network.connected()
    try {
      await options.boot().connected(current)
    } catch (error) {
      current.close()
      throw error
    }
  }

  /** Of an order of profiles that has failed as a whole a new certificate or password may be the reason. */
  const failed = ({ identity }: Proof, isRefused: boolean): void => {
    const station = options.station()
    if (isRefused) station.proofRefused(identity)
    if (network.failed()) station.otherProof()
  }

  const lost = (): void => {
    const proof = shown
    endpoint = undefined
    shown = {}
    // One that was let in and not accepted came to nothing as well.
    if (options.boot().registration === 'Rejected' && !renewing) failed(proof, true)
    options.boot().stop()
    options.station().reports.offline()
    if (renewing) attempt()
    else again()
  }

  const again = (): void => {
    if (closing || unplugged || endpoint !== undefined || trying !== undefined) return
    const { model, deps, config, mode } = options.station()
    // The world of a supervised station stands still until everybody in it is connected.
    const clock = mode === 'supervised' ? deps.wall : deps.clock
    const of = {
      waitMinimumSeconds: model.setting('OCPPCommCtrlr', 'RetryBackOffWaitMinimum'),
      repeatTimes: model.setting('OCPPCommCtrlr', 'RetryBackOffRepeatTimes'),
      randomRangeSeconds: model.setting('OCPPCommCtrlr', 'RetryBackOffRandomRange'),
    }
    timer?.cancel()
    const wait = inSeconds(backOffSeconds(waits, of, systemEntropy))
    waits += 1
    timer = clock.after(wait, `${config.actor}/csms`, attempt)
  }

  const attempt = (): void => {
    timer?.cancel()
    if (closing || unplugged || endpoint !== undefined || trying !== undefined) return
    renewing = false
    trying = tryOnce().finally(() => {
      trying = undefined
      if (endpoint !== undefined) return
      if (renewing) attempt()
      else again()
    })
  }

  const reconnect = (): void => {
    renewing = true
    if (endpoint === undefined) attempt()
    else endpoint.close()
  }

  const tryOnce = async (): Promise<void> => {
    const station = options.station()
    const way = network.way()
    try {
      await open(way)
      waits = 0
    } catch (error) {
      // One that was ended for the next one says nothing.
      if (!renewing) failed(way, refusesProof(error))
      const event = securityEventOf(error)
      if (event !== undefined) station.reports.security(event, String(error))
      const label = `${station.config.actor}/csms`
      station.deps.log.warn({ label, waits, detail: String(error) }, 'no connection')
    }
    // At first contact the connection that counts is the next one.
    if (endpoint === undefined || !isFirstContact(station)) onTried?.()
  }

  return {
    caller,
    shown: () => shown,
    start: () =>
      new Promise((resolve) => {
        const { deps, config } = options.station()
        const late = deps.wall.after(inSeconds(startSecondsMax), `${config.actor}/start`, resolve)
        onTried = () => {
          late.cancel()
          resolve()
        }
        network.begin()
        attempt()
      }),
    reconnect,
    plugged(isPlugged) {
      const was = unplugged
      unplugged = !isPlugged
      if (unplugged) endpoint?.close(1001, 'the network is gone')
      // The old connection may not have ended yet.
      else if (was) reconnect()
    },
    async close() {
      closing = true
      timer?.cancel()
      options.boot().stop()
      endpoint?.close()
      await trying
      endpoint?.close()
      timer?.cancel()
    },
  }
}
