import {
  deviceTypes,
  type FirmwareBody,
  type LocalResponseBody,
  type PrenotificationBody,
} from '@interlock/duis'
import {
  fromBase64,
  fromHex,
  ok,
  refused,
  type Eui64,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { ExecuteAt, executionOf } from './tariff.ts'

const strict = { additionalProperties: false }
const Hex = (digits: number) => Type.String({ pattern: `^[0-9A-F]{${digits}}$` })

/** `POST /api/v1/devices/:eui/offset-limit`: how long a load may be put off at random, at most. */
export const OffsetLimitOrder = Type.Object(
  { limitSeconds: Type.Integer({ minimum: 0, maximum: 1_799 }) },
  strict,
)
export type OffsetLimitOrder = Static<typeof OffsetLimitOrder>

/** `POST /api/v1/devices/:eui/firmware`: which image, that the device holds, is to run. */
export const FirmwareOrder = Type.Object(
  {
    /** SHA-256 of the image, hexadecimal. */
    hash: Type.String({ pattern: '^[0-9A-Fa-f]{64}$' }),
    /** When the data company is to send it. */
    executeAt: ExecuteAt,
  },
  strict,
)
export type FirmwareOrder = Static<typeof FirmwareOrder>

/** `POST /api/v1/devices/:eui/notification`: a device that will be installed; digits are hexadecimal. */
export const NotificationOrder = Type.Object(
  {
    manufacturer: Hex(4),
    model: Hex(8),
    type: Type.Enum(deviceTypes),
    specification: Type.String({ pattern: '^(SMETS|CHTS) V[0-9]{1,2}\\.[0-9]{1,2}$' }),
    firmware: Hex(8),
    variant: Type.Optional(Type.String({ pattern: '^[A-Z]{1,3}$' })),
  },
  strict,
)
export type NotificationOrder = Static<typeof NotificationOrder>

/** `POST /api/v1/devices/:eui/local-response`: what a device answered that was handed its command. */
export const LocalResponseOrder = Type.Object(
  {
    /** Of the request that the command came back from. */
    counter: Type.String({ pattern: '^(0|[1-9][0-9]{0,18})$' }),
    /** Base64. */
    response: Type.String({ minLength: 4, maxLength: 12_000 }),
  },
  strict,
)
export type LocalResponseOrder = Static<typeof LocalResponseOrder>

export type DeviceOrderProblem = 'TimeInvalid' | 'ResponseUnreadable'

export function firmwareOf(
  order: FirmwareOrder,
): Outcome<
  { readonly body: FirmwareBody; readonly executeAt?: Instant | undefined },
  DeviceOrderProblem
> {
  const executeAt = executionOf(order)
  if (!executeAt.ok) return refused('TimeInvalid', executeAt.detail)
  const hash = fromHex(order.hash) ?? new Uint8Array()
  return ok({ body: { kind: 'firmware', hash }, executeAt: executeAt.value })
}

export const notificationOf = (device: Eui64, order: NotificationOrder): PrenotificationBody => ({
  kind: 'prenotification',
  device,
  ...order,
})

/** Of a request of this user's own: another's answers the data company does not take. */
export function localResponseOf(
  { counter, response }: LocalResponseOrder,
  originator: Eui64,
  target: Eui64,
): Outcome<LocalResponseBody, DeviceOrderProblem> {
  const bytes = fromBase64(response)
  if (bytes === undefined) return refused('ResponseUnreadable', 'response: is no base64')
  const original = { originator, target, counter: BigInt(counter) }
  return ok({ kind: 'localResponse', original, response: bytes })
}
