import { Type, type Static } from 'typebox'
import { Ci, DateTime, DisplayText, list, Url } from './fields.ts'
import { Token } from './token.ts'

/** Where the outcome is told. */
const response = { response_url: Url }
const evse = { location_id: Ci(36), evse_uid: Type.Optional(Ci(36)) }
const reference = { authorization_reference: Type.Optional(Ci(36)) }

export const CancelReservation = Type.Object({ ...response, reservation_id: Ci(36) })
export type CancelReservation = Static<typeof CancelReservation>

/** One that is there under that id already is replaced. */
export const ReserveNow = Type.Object({
  ...response,
  token: Token,
  expiry_date: DateTime,
  reservation_id: Ci(36),
  ...evse,
  ...reference,
})
export type ReserveNow = Static<typeof ReserveNow>

/** A connector is one of an EVSE that is named as well (§13.3.5). */
export const StartSession = Type.Object(
  {
    ...response,
    token: Token,
    ...evse,
    connector_id: Type.Optional(Ci(36)),
    ...reference,
  },
  { dependentRequired: { connector_id: ['evse_uid'] } },
)
export type StartSession = Static<typeof StartSession>

export const StopSession = Type.Object({ ...response, session_id: Ci(36) })
export type StopSession = Static<typeof StopSession>

export const UnlockConnector = Type.Object({
  ...response,
  location_id: Ci(36),
  evse_uid: Ci(36),
  connector_id: Ci(36),
})
export type UnlockConnector = Static<typeof UnlockConnector>

/** What a provider asks of a charging station, and with which object (§13.4.3). */
export const commandObjects = {
  CANCEL_RESERVATION: 'CancelReservation',
  RESERVE_NOW: 'ReserveNow',
  START_SESSION: 'StartSession',
  STOP_SESSION: 'StopSession',
  UNLOCK_CONNECTOR: 'UnlockConnector',
} as const
export type CommandType = keyof typeof commandObjects
export const commandTypes = Object.keys(commandObjects) as readonly CommandType[]

const message = { message: Type.Optional(list(DisplayText)) }

/** The answer of the operator itself (§13.3.2). */
export const CommandResponse = Type.Object({
  result: Type.Enum(['ACCEPTED', 'NOT_SUPPORTED', 'REJECTED', 'UNKNOWN_SESSION']),
  /** Seconds after which no outcome is to be waited for. */
  timeout: Type.Integer({ minimum: 0 }),
  ...message,
})
export type CommandResponse = Static<typeof CommandResponse>

/** The outcome at the charging station (§13.3.3). */
export const CommandResult = Type.Object({
  result: Type.Enum([
    'ACCEPTED',
    'CANCELED_RESERVATION',
    'EVSE_INOPERATIVE',
    'EVSE_OCCUPIED',
    'FAILED',
    'NOT_SUPPORTED',
    'REJECTED',
    'TIMEOUT',
    'UNKNOWN_RESERVATION',
  ]),
  ...message,
})
export type CommandResult = Static<typeof CommandResult>
