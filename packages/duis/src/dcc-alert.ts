import {
  fromIso,
  ok,
  refused,
  toIso,
  type Eui64,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { deviceStatuses, type DeviceStatus } from './device-status.ts'
import { parseElements, withoutSignature } from './element.ts'
import { deviceId, oneOf, payload, requestId, schemaVersionLeaf } from './leaves.ts'
import type { DuisProblem } from './problems.ts'
import { responseNameOf } from './response-codes.ts'
import type { ServiceResponse } from './response.ts'
import { schemaVersion, type SchemaVersion } from './services.ts'
import {
  attribute,
  child,
  holding,
  leaf,
  Misshapen,
  optional,
  readAs,
  rootOf,
  struct,
} from './shape.ts'
import type { RequestId } from './values.ts'
import { document } from './write.ts'

/**
 * Why a request was quarantined. The first three are the standard's choice in `QuarantinedRequest`; the
 * last is ours, since its limits count requests and not watts.
 */
export const breaches = {
  ADUserThresholdBreach: 'more requests in the period than the user has set for itself',
  ADDCCThresholdBreach: 'more requests in the period than the data company allows',
  ADAttributeLimitsBreach: 'a parameter outside the limits set for it',
  ADMegawattBreach: 'more load would move than the megawatt budget has left',
} as const
export type Breach = keyof typeof breaches

/** The data company's alert to a user whose request it holds. */
export type QuarantineAlert = {
  readonly at: Instant
  readonly breach: Breach
  readonly request: RequestId
  /** At most 20 digits: by it the user has the request processed or deleted. */
  readonly reference: string
}

/** What the data company tells a user of its own accord. */
export type DccAlert = {
  readonly at: Instant
  /**
   * From the company to the user, with a number that rises with each: by it a user knows one that comes
   * again. Absent where it was asked for.
   */
  readonly id?: RequestId | undefined
  readonly about:
    | ({ readonly kind: 'quarantined' } & Omit<QuarantineAlert, 'at'>)
    | ({ readonly kind: 'deviceStatus' } & StatusChange)
    | ({ readonly kind: 'futureDated' } & FutureDatedEnd)
    | ({ readonly kind: 'deviceAlert' } & DeviceAlert)
}
/** An alert of a device to this user, which the company has verified and passes on. */
type DeviceAlert = {
  /** Four hexadecimal digits. */
  readonly alertCode: string
  /** As the device signed it. */
  readonly payload: Uint8Array
}
/** Ours: the standard's alerts about a device's status are in no public source. */
type StatusChange = { readonly device: Eui64; readonly status: DeviceStatus }
/** Ours: what became of a request that was future-dated, by the name of a response. */
type FutureDatedEnd = { readonly request: RequestId; readonly outcome: string }

type Held = { readonly request: RequestId; readonly reference: string }
type Choice = { readonly [Of in Breach]: Held | undefined }
type Told = {
  readonly quarantined: Choice | undefined
  readonly deviceStatus: StatusChange | undefined
  readonly futureDated: FutureDatedEnd | undefined
}
type AlertDocument = {
  readonly schemaVersion: SchemaVersion
  readonly header: { readonly id: RequestId | undefined; readonly at: Instant }
  readonly body: AlertBody
}
/** One of the two. */
type AlertBody = {
  readonly told: Told | undefined
  readonly deviceAlert: DeviceAlert | undefined
}

/** What a response says beside its code when its request is held. */
export const heldDetail = (breach: Breach, reference: string): string => `${breach} ${reference}`
/** The reference of the alert about the request that this answers, when that is held. */
export function heldReference({ code, detail = '' }: ServiceResponse): string | undefined {
  const name = responseNameOf(code)
  const held = name === 'Quarantined' || name === 'BudgetExceeded'
  const reference = detail.split(' ')[1] ?? ''
  return held && isQuarantineReference(reference) ? reference : undefined
}

export const isQuarantineReference = (text: string): boolean => /^[1-9]\d{0,19}$/.test(text)

const held = struct<Held>({
  request: child('RequestID', requestId),
  reference: child(
    'QuarantineEventRef',
    leaf('up to 20 digits', (text) => (isQuarantineReference(text) ? text : undefined), String),
  ),
})
const choice = struct<Choice>({
  ADUserThresholdBreach: optional('ADUserThresholdBreach', held),
  ADDCCThresholdBreach: optional('ADDCCThresholdBreach', held),
  ADAttributeLimitsBreach: optional('ADAttributeLimitsBreach', held),
  ADMegawattBreach: optional('il:ADMegawattBreach', held),
})
const outcomeName = leaf(
  'the name of a response',
  (text) => (/^[A-Za-z]{1,40}$/.test(text) ? text : undefined),
  String,
)
const alertCode = leaf(
  'four hexadecimal digits',
  (text) => (/^[0-9A-F]{4}$/.test(text) ? text : undefined),
  String,
)
const alertShape = struct<AlertDocument>({
  schemaVersion: attribute('schemaVersion', schemaVersionLeaf),
  header: child(
    'Header',
    struct<AlertDocument['header']>({
      id: optional('ResponseID', requestId),
      at: child('ResponseDateTime', leaf('a date-time', fromIso, toIso)),
    }),
  ),
  body: child(
    'Body',
    struct<AlertBody>({
      told: optional(
        'DCCAlertMessage',
        holding(
          child(
            'DCCAlert',
            struct<Told>({
              quarantined: optional('QuarantinedRequest', choice),
              deviceStatus: optional(
                'il:DeviceStatusChange',
                struct<StatusChange>({
                  device: child('il:DeviceID', deviceId),
                  status: child('il:DeviceStatus', oneOf(...deviceStatuses)),
                }),
              ),
              futureDated: optional(
                'il:FutureDatedOutcome',
                struct<FutureDatedEnd>({
                  request: child('il:RequestID', requestId),
                  outcome: child('il:Outcome', outcomeName),
                }),
              ),
            }),
          ),
        ),
      ),
      deviceAlert: optional(
        'DeviceAlertMessage',
        struct<DeviceAlert>({
          alertCode: child('AlertCode', alertCode),
          payload: child('GBCSPayload', payload),
        }),
      ),
    }),
  ),
})

export function buildDccAlert({ at, id, about }: DccAlert): string {
  const { kind, ...values } = about
  const told = { ...nothingTold, [kind]: 'breach' in values ? choiceOf(values) : values } as Told
  const body =
    about.kind === 'deviceAlert'
      ? { told: undefined, deviceAlert: about }
      : { told, deviceAlert: undefined }
  const value: AlertDocument = { schemaVersion, header: { id, at }, body }
  return document(rootOf('Response', alertShape, value))
}
export const buildQuarantineAlert = ({ at, ...held }: QuarantineAlert): string =>
  buildDccAlert({ at, about: { kind: 'quarantined', ...held } })

const nothingTold: Told = {
  quarantined: undefined,
  deviceStatus: undefined,
  futureDated: undefined,
}
const choiceOf = ({ breach, ...held }: Omit<QuarantineAlert, 'at'>): Choice => ({
  ADUserThresholdBreach: undefined,
  ADDCCThresholdBreach: undefined,
  ADAttributeLimitsBreach: undefined,
  ADMegawattBreach: undefined,
  [breach]: held,
})

/** Reads an alert, signed or not; whether it is to be believed is for `openDccAlert` to judge. */
export function parseDccAlert(xml: string): Outcome<DccAlert, DuisProblem> {
  const root = parseElements(xml)
  if (!root.ok) return root
  try {
    const { header, body } = readAs('Response', alertShape, withoutSignature(root.value))
    const about = aboutOf(body)
    return about === undefined
      ? refused('DocumentUnexpected', 'Body: tells one thing')
      : ok({ ...header, about })
  } catch (error) {
    if (error instanceof Misshapen) return refused('DocumentUnexpected', error.message)
    throw error
  }
}

function aboutOf({ told, deviceAlert }: AlertBody): DccAlert['about'] | undefined {
  if (told === undefined) return deviceAlert && { kind: 'deviceAlert', ...deviceAlert }
  if (deviceAlert !== undefined) return undefined
  const { quarantined, deviceStatus, futureDated } = told
  if (Object.keys(told).length !== 1) return undefined
  if (deviceStatus !== undefined) return { kind: 'deviceStatus', ...deviceStatus }
  if (futureDated !== undefined) return { kind: 'futureDated', ...futureDated }
  const [found, ...others] = Object.entries(quarantined ?? {}) as [Breach, Held][]
  if (found === undefined || others.length > 0) return undefined
  const [breach, held] = found
  return { kind: 'quarantined', breach, ...held }
}

/** The same of one about a request that is held. */
export function parseQuarantineAlert(xml: string): Outcome<QuarantineAlert, DuisProblem> {
  const alert = parseDccAlert(xml)
  if (!alert.ok) return alert
  const { at, about } = alert.value
  if (about.kind !== 'quarantined') return refused('DocumentUnexpected', 'QuarantinedRequest')
  const { kind: _, ...held } = about
  return ok({ at, ...held })
}
