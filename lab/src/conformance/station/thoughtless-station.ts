import { systemClock } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import {
  actions,
  createEndpoint,
  type Action,
  type Handlers,
  type Request,
  type Response,
} from '@interlock/ocpp'
import { WebSocket } from 'ws'
import { ordinaryAnswers } from '../csms/ordinary-answers.ts'
import { transportOf } from '../transport.ts'
import { leapingClock } from './leaping-clock.ts'
import type { StationDriver, StationSubject, Way } from './subject.ts'

/**
 * The built-in station that a case must not pass: it connects, boots once, accepts every call or
 * answers it with an empty result, and does nothing. Whatever is done at it, it does not notice.
 */
export function openThoughtlessStation(): StationSubject {
  let started = 0
  return {
    name: 'null',
    clock: leapingClock,
    start(_clock, way) {
      started += 1
      return begin(`NULL-${started}`, way)
    },
    close: () => Promise.resolve(),
  }
}

async function begin(stationId: string, way: Way): Promise<StationDriver> {
  const socket = new WebSocket(`${way.address}/${stationId}`, ['ocpp2.0.1'], {
    ca: [way.rootPem],
    rejectUnauthorized: false,
    auth: `${stationId}:${way.password}`,
  })
  const endpoint = createEndpoint({
    transport: transportOf(socket),
    handlers,
    wall: systemClock,
    activity: unobserved,
  })
  const chargingStation = { model: 'Null', vendorName: 'Nobody' }
  socket.once('open', () => {
    const said = endpoint.call('BootNotification', { reason: 'PowerUp', chargingStation })
    said
      .then(() =>
        endpoint.call('StatusNotification', {
          timestamp: new Date().toISOString(),
          connectorStatus: 'Available',
          evseId: 1,
          connectorId: 1,
        }),
      )
      // It does not mind.
      .catch(() => {})
  })
  const nothing = (): Promise<void> => Promise.resolve()
  return {
    stationId,
    password: way.password,
    image: Buffer.from('a program'),
    entersBay: nothing,
    leavesBay: nothing,
    plugsIn: nothing,
    unplugs: nothing,
    leavesCable: nothing,
    takesCable: nothing,
    presents: nothing,
    vehiclePauses: nothing,
    faults: nothing,
    limitedFromOutside: nothing,
    losesPower: nothing,
    async close() {
      socket.terminate()
      await endpoint.closed
    },
  }
}

/** Accepted wherever the answer has a status for it. */
const handlers: Handlers = Object.fromEntries(
  actions.map((action) => [action, (request: never) => accepting(action, request)]),
)

function accepting(action: Action, request: never): Response<Action> {
  if (action === 'UnlockConnector') return { status: 'Unlocked' }
  if (action === 'GetVariables') return acceptedVariables(request)
  const ordinary = ordinaryAnswers[action]
  if (typeof ordinary === 'function')
    return ordinary(request, { messageId: '' }) as Response<Action>
  const accepted = { status: 'Accepted' } as Response<Action>
  return ordinary !== undefined && 'status' in ordinary ? accepted : (ordinary ?? accepted)
}

const acceptedVariables = ({ getVariableData }: Request<'GetVariables'>): Response<Action> => ({
  getVariableResult: getVariableData.map(({ component, variable }) => ({
    component,
    variable,
    attributeStatus: 'Accepted',
  })),
})
