import {
  connectOcpp,
  keepConnected,
  systemEntropy,
  type OcppClientOptions,
  type Running,
  type Trust,
} from '@interlock/host'
import { assert, fromIso, inSeconds, type Entropy, type Timer } from '@interlock/kernel'
import { CallFailed, createEndpoint, type Endpoint, type Handlers } from '@interlock/ocpp'
import { firstContactKey, firstContactPassword } from '@interlock/pki'
import type { Caller } from './reports.ts'
import type { Station } from './station.ts'

const subprotocols = ['ocpp2.0.1'] as const
const retrySecondsDefault = 60
/** Wall time that a start waits for first contact to lead to a certificate. */
const startSecondsMax = 15

/** Wall time until a station without an answer asks for its certificate again. */
const certificateSeconds = { first: 60, longest: 3_600 } as const
export function certificateWait(asked: number, entropy: Entropy): number {
  const { first, longest } = certificateSeconds
  const whole = Math.min(longest, first * 2 ** Math.min(asked, 10))
  return whole / 2 + entropy.below(whole / 2 + 1)
}

/** The connection to the CSMS, first over security profile 2 and from then on over 3. */
export type CsmsLink = Running & {
  readonly caller: Caller
  /** Opens the first connection. Settles when it has been tried. */
  start(): Promise<void>
  /** Ends the present connection; the next is opened as the identity then demands. */
  reconnect(): void
}

export type CsmsLinkOptions = {
  readonly station: () => Station
  readonly trust: Trust
  /** At first contact, and afterwards. */
  readonly handlers: () => Handlers
  /** What to send at first contact, once the boot is accepted. */
  readonly request: () => string
  /** The boot was accepted under profile 3. */
  readonly onOnline: () => void
}

export function createCsmsLink(options: CsmsLinkOptions): CsmsLink {
  let endpoint: Endpoint | undefined
  let accepted = false
  let timer: Timer | undefined
  let keeping: Running | undefined
  let closing = false
  /** Lets time pass again: a reconnection is work that is in flight. */
  let reconnected = (): void => {}

  const caller: Caller = {
    online: () => accepted && endpoint !== undefined,
    call(action, payload) {
      if (endpoint === undefined || !accepted) {
        return Promise.reject(new CallFailed('Closed', action, 'there is no connection'))
      }
      return endpoint.call(action, payload)
    },
  }

  const open = async (): Promise<{ closed: Promise<void> }> => {
    const station = options.station()
    const { deps } = station
    const { url, ...proof } = wayOf(station)
    const socket = await connectOcpp({
      url: `${url.replace(/\/$/, '')}/${encodeURIComponent(station.stationId)}`,
      ...proof,
      trust: options.trust,
      subprotocols,
      log: deps.log,
      activity: deps.activity,
      expectRole: 'csms',
    })
    if (closing) socket.close(1001, 'closing')
    const current = createEndpoint({
      transport: socket,
      handlers: options.handlers(),
      wall: deps.wall,
      activity: deps.activity,
      onProblem: ({ kind, code, detail }) => deps.log.warn({ kind, code, detail }, 'OCPP'),
    })
    endpoint = current
    socket.onClose(() => {
      if (endpoint !== current) return
      endpoint = undefined
      accepted = false
      timer?.cancel()
      if (!closing) reconnected = deps.activity.begin(`reconnect/${crypto.randomUUID()}`)
    })
    try {
      await boot(current)
    } catch (error) {
      current.close()
      throw error
    }
    return { closed: current.closed }
  }

  /** B01 … B03: until the boot is accepted nothing else is sent; the charge goes on meanwhile. */
  const boot = async (current: Endpoint): Promise<void> => {
    const station = options.station()
    const { clock } = station.deps
    const answer = await current.call('BootNotification', {
      reason: 'PowerUp',
      chargingStation: {
        model: 'Simulated charger',
        vendorName: 'Interlock',
        serialNumber: station.eui.replaceAll('-', ''),
      },
    })
    const at = fromIso(answer.currentTime)
    if (at !== undefined) station.hearTime('csms', at)
    const interval = answer.interval > 0 ? answer.interval : retrySecondsDefault
    timer?.cancel()
    if (answer.status !== 'Accepted') {
      station.records.note('BootNotAccepted', { status: answer.status })
      timer = clock.after(inSeconds(interval), 'boot', () => again(current))
      return
    }
    accepted = true
    if (isFirstContact(station)) return askForCertificate(current, 0)
    options.onOnline()
    beat(current, interval)
  }

  /**
   * A02.FR.17: whoever is refused, as a unit that nobody has registered yet, hears nothing. So it asks
   * again, for the same key, twice as long after each time and with a random half.
   */
  const askForCertificate = async (current: Endpoint, asked: number): Promise<void> => {
    const station = options.station()
    const { config, deps } = station
    await current.call('SignCertificate', {
      csr: options.request(),
      certificateType: 'ChargingStationCertificate',
    })
    if (endpoint !== current) return
    const wait = certificateWait(asked, systemEntropy)
    timer = deps.wall.after(inSeconds(wait), `${config.actor}/certificate`, async () => {
      if (endpoint !== current || !isFirstContact(station)) return
      try {
        await askForCertificate(current, asked + 1)
      } catch {
        current.close()
      }
    })
  }

  const again = async (current: Endpoint): Promise<void> => {
    try {
      await boot(current)
    } catch {
      current.close()
    }
  }

  const beat = (current: Endpoint, interval: number): void => {
    const station = options.station()
    timer = station.deps.clock.after(inSeconds(interval), 'heartbeat', async () => {
      if (endpoint !== current) return
      try {
        const { currentTime } = await current.call('Heartbeat', {})
        const at = fromIso(currentTime)
        if (at !== undefined) station.hearTime('csms', at)
        if (endpoint === current) beat(current, interval)
      } catch {
        current.close()
      }
    })
  }

  return {
    caller,
    start: () =>
      new Promise((resolve) => {
        const { deps, config } = options.station()
        const late = deps.wall.after(inSeconds(startSecondsMax), `${config.actor}/start`, resolve)
        const connect = async (): Promise<{ closed: Promise<void> }> => {
          let firstContact = false
          const done = reconnected
          try {
            const connection = await open()
            firstContact = accepted && isFirstContact(options.station())
            return connection
          } finally {
            done()
            // At first contact the connection that counts is the next one.
            if (!firstContact) {
              late.cancel()
              resolve()
            }
          }
        }
        keeping = keepConnected({
          label: `${config.actor}/csms`,
          connect,
          clock: deps.wall,
          entropy: systemEntropy,
          log: deps.log,
        })
      }),
    reconnect: () => endpoint?.close(),
    async close() {
      closing = true
      timer?.cancel()
      reconnected()
      const ended = keeping?.close()
      endpoint?.close()
      await ended
      endpoint?.close()
      timer?.cancel()
    },
  }
}

/** A supervised station without a certificate asks for one and does nothing else. */
export const isFirstContact = (station: Station): boolean =>
  station.mode === 'supervised' && station.identity() === undefined

type Way = Pick<OcppClientOptions, 'url' | 'basic' | 'identity' | 'recognise'>

/** Where the CSMS is, and how the station and it prove themselves to each other. */
function wayOf(station: Station): Way {
  const { config, deps, stationId, model } = station
  const identity = station.identity()
  const by = (password: string) => ({ basic: { user: stationId, password } })
  if (config.network !== undefined && station.mode === 'standard') {
    const { url, securityProfile } = config.network
    const password = model.held('SecurityCtrlr.BasicAuthPassword') ?? ''
    const proof = securityProfile < 3 || identity === undefined ? by(password) : { identity }
    return { url, ...proof, recognise: 'identityOrName' }
  }
  assert(config.csms !== undefined, 'a supervised station has its addresses')
  if (identity !== undefined) return { url: config.csms.profile3Url, identity }
  const key = firstContactKey(config.secret ?? '', deps.crypto)
  return { url: config.csms.profile2Url, ...by(firstContactPassword(key, deps.crypto)) }
}
