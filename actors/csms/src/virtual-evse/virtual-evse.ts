import { connectOcpp, keepConnected, type Running, type Trust } from '@interlock/host'
import { toIso, type StationId } from '@interlock/kernel'
import {
  CallError,
  CallFailed,
  createEndpoint,
  type Action,
  type Endpoint,
  type Handler,
  type Request,
  type Response,
} from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import type { Context, Hooks } from '../context.ts'

/** The stations of this CSMS as the DSR service provider sees them. */
export type VirtualEvses = Running & {
  /** Passes a station's own message on, if its virtual EVSE is connected. */
  readonly forward: Hooks['forward']
  /** How many are connected. */
  connected(): number
}

/** Identity of a virtual EVSE in the path of the DSRSP's virtual CSMS. */
export const virtualId = (station: StationId): string => `VE-${station}`

/** What the DSRSP may send through a virtual EVSE; all of it signed by it, for the station to judge. */
const passedDown = ['SetChargingProfile', 'ClearChargingProfile', 'DataTransfer'] as const

/** One OCPP connection per enrolled station, as a charging station, to the DSRSP's virtual CSMS. */
export function openVirtualEvses(
  context: Context,
  options: { readonly url: string; readonly trust: Trust; readonly stations: readonly StationId[] },
): VirtualEvses {
  const endpoints = new Map<StationId, Endpoint>()
  const connections = options.stations.map((station) =>
    keepConnected({
      label: `${context.config.actor}/${virtualId(station)}`,
      connect: () => connect(context, station, options, endpoints),
      clock: context.deps.wall,
      entropy: context.deps.entropy,
      log: context.deps.log,
    }),
  )
  return {
    connected: () => endpoints.size,
    forward(station, action, request) {
      const endpoint = endpoints.get(station)
      if (endpoint === undefined) return
      inBackground(context.deps, `forward-${action}`, () =>
        passUp(context, endpoint, action, request),
      )
    },
    async close() {
      // One that was being opened is there only then.
      await Promise.all(connections.map((connection) => connection.close()))
      for (const endpoint of endpoints.values()) endpoint.close(1001, 'closing')
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.closed))
    },
  }
}

async function connect(
  context: Context,
  station: StationId,
  options: { readonly url: string; readonly trust: Trust },
  endpoints: Map<StationId, Endpoint>,
): Promise<{ closed: Promise<void> }> {
  const { log, activity, wall } = context.deps
  const socket = await connectOcpp({
    url: `${options.url.replace(/\/$/, '')}/${virtualId(station)}`,
    identity: context.identity,
    trust: options.trust,
    subprotocols: ['ocpp2.0.1'],
    log,
    activity,
    expectRole: 'dsrsp',
  })
  const endpoint = createEndpoint({
    transport: socket,
    handlers: Object.fromEntries(
      passedDown.map((action) => [action, passDown(context, station, action)]),
    ),
    wall,
    activity,
    onProblem: (problem) => log.warn({ station, ...problem }, 'a problem on a virtual EVSE'),
  })
  endpoints.set(station, endpoint)
  const closed = endpoint.closed.finally(() => {
    if (endpoints.get(station) === endpoint) endpoints.delete(station)
  })
  inBackground(context.deps, 'virtual-boot', () => boot(context, station, endpoint))
  return { closed }
}

async function boot(context: Context, station: StationId, endpoint: Endpoint): Promise<void> {
  await endpoint.call('BootNotification', {
    reason: 'PowerUp',
    chargingStation: { vendorName: 'Interlock', model: 'Virtual EVSE' },
  })
  const view = context.views.get(station)
  const status = view?.status
  if (view === undefined || !isConnectorStatus(status)) return
  await endpoint.call('StatusNotification', {
    timestamp: toIso(context.deps.clock.now()),
    connectorStatus: status,
    evseId: view.record.evse,
    connectorId: 1,
  })
}

type ConnectorStatus = Request<'StatusNotification'>['connectorStatus']
const isConnectorStatus = (status: string | undefined): status is ConnectorStatus =>
  ['Available', 'Occupied', 'Reserved', 'Unavailable', 'Faulted'].includes(status ?? '')

/** Hands the signed message to the station unopened, and its answer back the same way. */
const passDown =
  <A extends Action>(context: Context, station: StationId, action: A): Handler<A> =>
  async (_request, { signed }) => {
    if (signed === undefined) throw new CallError('SecurityError', 'only signed messages pass here')
    // It would obey what it cannot check; the supervisor charges its CSMS for the worst instead.
    if (context.views.get(station)?.record.trust !== 'supervised')
      throw new CallError('SecurityError', 'only a supervised station is commanded from here')
    const session = context.sessions.get(station)
    if (session?.profile !== 3) throw new CallError('GenericError', 'the station is not connected')
    context.audit.record('PassedDown', { station, action })
    try {
      context.hooks.commanding(station)
      const answer = await session.endpoint.callSigned(action, signed)
      return isSigned(answer) ? { signed: answer } : (answer as Response<A>)
    } catch (cause) {
      if (!(cause instanceof CallFailed)) throw cause
      throw new CallError('GenericError', `the station did not answer: ${cause.code}`)
    }
  }

const isSigned = (
  answer: unknown,
): answer is NonNullable<Parameters<Handler<Action>>[1]['signed']> =>
  typeof answer === 'object' && answer !== null && 'protected' in answer

async function passUp<A extends Action>(
  context: Context,
  endpoint: Endpoint,
  action: A,
  request: Request<A>,
): Promise<void> {
  try {
    await endpoint.call(action, request)
  } catch (cause) {
    if (!(cause instanceof CallFailed)) throw cause
    context.deps.log.warn({ action, code: cause.code }, 'a message was not passed on')
  }
}
