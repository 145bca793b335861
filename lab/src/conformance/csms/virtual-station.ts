import { connectOcpp, silentLog, systemClock, UpgradeRefused } from '@interlock/host'
import { Fault, unobserved } from '@interlock/kernel'
import {
  actions,
  CallError,
  CallFailed,
  createEndpoint,
  type Action,
  type Endpoint,
  type Handler,
  type Handlers,
  type Request,
  type Response,
} from '@interlock/ocpp'
import { describe } from '../match.ts'
import { NotApplicable, type Steps } from '../steps.ts'
import { createInbox } from '../inbox.ts'
import { ordinaryAnswers } from './ordinary-answers.ts'
import type { Lease, SecurityProfile, Token } from './subject.ts'
import { createTransaction, type Transaction, type TransactionOptions } from './transaction.ts'

/** What differs from the ordinary in how a station connects. */
export type Credentials = {
  readonly profile?: SecurityProfile
  readonly user?: string
  readonly password?: string
  readonly identity?: Lease['identity']
}

/** How a request is answered: a response, a function that makes one, or a CALLERROR. */
export type AnswerTo<A extends Action> = Response<A> | CallError | Handler<A>

/** A charging station of the runner: what it does, and what it demands of the CSMS. */
export type VirtualStation = {
  readonly id: string
  readonly lease: Lease
  /** The lease for whoever has the station next: with the password that it has taken since. */
  left(): Lease
  connects(credentials?: Credentials): Promise<void>
  /** Connecting with these must be refused before there is a WebSocket. */
  isRefused(says: string, credentials: Credentials): Promise<void>
  /** Connects, announces itself, and reports its connectors. */
  boots(reason?: Request<'BootNotification'>['reason'], credentials?: Credentials): Promise<void>
  /** Sends a request; the CSMS must answer, and so. */
  sends<A extends Action>(action: A, payload: Request<A>, expected?: unknown): Promise<Response<A>>
  /** Sends a request which the CSMS must answer with that CALLERROR. */
  sendsInVain<A extends Action>(action: A, payload: Request<A>, code: unknown): Promise<void>
  /** From now on it answers so. */
  answers<A extends Action>(action: A, answer: AnswerTo<A>): void
  /** The next request of that action must come, and be so. */
  isSent<A extends Action>(action: A, expected?: unknown): Promise<Request<A>>
  /** What it has answered to that request; nothing if with an error, or not yet. */
  answerTo(request: object): object | undefined
  /** No request of that action has come that a step has not dealt with. */
  isNotSent(action: Action, says: string): void
  reportsConnector(status: ConnectorStatus, evseId?: number, connectorId?: number): Promise<void>
  transaction(options?: TransactionOptions): Transaction
  /** A transaction in which energy flows, as most cases need one. */
  isCharging(token: Token, options?: TransactionOptions): Promise<Transaction>
  /** The connection is cut; what happens meanwhile it reports later. */
  goesOffline(): Promise<void>
  close(): void
}
type ConnectorStatus = Request<'StatusNotification'>['connectorStatus']

/** What it says of itself when it boots. */
export const model = { model: 'Conformance', vendorName: 'Interlock', firmwareVersion: '1.0.0' }

export function createVirtualStation(lease: Lease, steps: Steps): VirtualStation {
  const inbox = createInbox(steps)
  const answers = new Map<Action, AnswerTo<Action>>()
  const given = new WeakMap<object, object>()
  let endpoint: Endpoint | undefined
  let { password } = lease

  const handlers: Handlers = Object.fromEntries(
    actions.map((action) => [
      action,
      async (request: Request<Action>, context: Parameters<Handler<Action>>[1]) => {
        inbox.add(action, request)
        const answer = answers.get(action) ?? ordinaryAnswers[action]
        if (answer === undefined) throw new CallError('NotSupported')
        if (answer instanceof CallError) throw answer
        const made =
          typeof answer === 'function'
            ? await (answer as Handler<Action>)(request, context)
            : answer
        if (action === 'SetVariables') password = passwordIn(request, made) ?? password
        given.set(request, made)
        return made
      },
    ]),
  )
  const open = async (credentials: Credentials): Promise<Endpoint> => {
    const transport = await connectOcpp({ ...credentialsOf(lease, credentials), ...common(lease) })
    return createEndpoint({ transport, handlers, wall: systemClock, activity: unobserved })
  }
  const online = (): Endpoint => {
    if (endpoint === undefined) throw new TypeError('the station is not connected')
    return endpoint
  }

  const station: VirtualStation = {
    id: lease.stationId,
    lease,
    left: () => (password === undefined ? lease : { ...lease, password }),
    async connects(credentials = {}) {
      const says = 'the station connects'
      try {
        endpoint?.close()
        await endpoint?.closed
        endpoint = await open(credentials)
        steps.passed(says, `under security profile ${credentials.profile ?? lease.profile}`)
      } catch (cause) {
        if (!(cause instanceof Fault)) throw cause
        steps.failed(says, 'a WebSocket', cause.message)
      }
    },
    async isRefused(says, credentials) {
      try {
        const unwanted = await open(credentials)
        unwanted.close()
      } catch (cause) {
        if (cause instanceof UpgradeRefused || isTlsRefusal(cause))
          return steps.passed(says, cause.message)
        throw cause
      }
      steps.failed(says, 'no WebSocket', 'a WebSocket was opened')
    },
    async boots(reason = 'PowerUp', credentials = {}) {
      await station.connects(credentials)
      const serialNumber = lease.stationId
      const accepted = { status: 'Accepted' }
      const request = { reason, chargingStation: { ...model, serialNumber } }
      await station.sends('BootNotification', request, accepted)
      await station.reportsConnector('Available')
    },
    async sends(action, payload, expected = {}) {
      const says = `the station sends ${action}, the CSMS answers`
      try {
        const response = await online().call(action, payload, {
          timeoutMillis: steps.stepMillisMax,
        })
        steps.expect(says, expected, response)
        return response
      } catch (cause) {
        if (!(cause instanceof CallFailed)) throw cause
        return steps.failed(says, describe(expected), cause.message)
      }
    },
    async sendsInVain(action, payload, code) {
      const says = `the CSMS refuses ${action}`
      try {
        await online().call(action, payload, { timeoutMillis: steps.stepMillisMax })
      } catch (cause) {
        if (!(cause instanceof CallFailed)) throw cause
        return steps.expect(says, code, cause.code)
      }
      steps.failed(says, describe(code), 'it was accepted')
    },
    answers: (action, answer) => void answers.set(action, answer as AnswerTo<Action>),
    isSent: (action, expected) => inbox.next(action, expected),
    answerTo: (request) => given.get(request),
    isNotSent: (action, says) => inbox.demandNone(action, says),
    async reportsConnector(connectorStatus, evseId = 1, connectorId = 1) {
      const timestamp = new Date().toISOString()
      await station.sends('StatusNotification', { timestamp, connectorStatus, evseId, connectorId })
    },
    transaction: (options = {}) => createTransaction(station, options),
    async isCharging(token, options) {
      const charge = station.transaction(options)
      await station.reportsConnector('Occupied', options?.evseId, options?.connectorId)
      await charge.started('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
      const accepted = { idTokenInfo: { status: 'Accepted' } }
      await charge.updated('Authorized', { idToken: token }, accepted)
      await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
      return charge
    },
    async goesOffline() {
      endpoint?.close()
      await endpoint?.closed
      endpoint = undefined
    },
    close: () => endpoint?.close(),
  }
  return station
}

/** The password in a request that was accepted. */
function passwordIn(request: unknown, answer: unknown): string | undefined {
  const { setVariableData } = request as Request<'SetVariables'>
  const { setVariableResult } = answer as Response<'SetVariables'>
  const at = setVariableData.findIndex(({ variable }) => variable.name === 'BasicAuthPassword')
  const accepted = setVariableResult?.[at]?.attributeStatus === 'Accepted'
  return accepted ? setVariableData[at]?.attributeValue : undefined
}

const common = ({ trust, recognise = 'identity' }: Lease) => ({
  trust,
  recognise,
  subprotocols: ['ocpp2.0.1'],
  log: silentLog,
})

function credentialsOf(lease: Lease, given: Credentials) {
  const profile = given.profile ?? lease.profile
  const address = lease.addresses[profile]
  if (address === undefined) throw new NotApplicable(`security profile ${profile}`)
  const url = `${address}/${encodeURIComponent(lease.stationId)}`
  if (profile === 3) {
    const identity = given.identity ?? lease.identity
    return { url, ...(identity === undefined ? {} : { identity }) }
  }
  const user = given.user ?? lease.stationId
  return { url, basic: { user, password: given.password ?? lease.password ?? '' } }
}

/** A server may end the handshake instead of answering the upgrade. */
const isTlsRefusal = (cause: unknown): cause is Fault =>
  cause instanceof Fault && cause.code === 'PeerUnavailable'
