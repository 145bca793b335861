import { fromIso, ok, refused, toIso, type Instant, type Outcome } from '@interlock/kernel'
import { parseElements, withoutSignature } from './element.ts'
import { requestId, schemaVersionLeaf } from './leaves.ts'
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

type Held = { readonly request: RequestId; readonly reference: string }
type Choice = { readonly [Of in Breach]: Held | undefined }
type AlertDocument = {
  readonly schemaVersion: SchemaVersion
  readonly at: { readonly at: Instant }
  readonly quarantined: Choice
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
const alertShape = struct<AlertDocument>({
  schemaVersion: attribute('schemaVersion', schemaVersionLeaf),
  at: child(
    'Header',
    struct<{ readonly at: Instant }>({
      at: child('ResponseDateTime', leaf('a date-time', fromIso, toIso)),
    }),
  ),
  quarantined: child(
    'Body',
    holding(
      child(
        'DCCAlertMessage',
        holding(child('DCCAlert', holding(child('QuarantinedRequest', choice)))),
      ),
    ),
  ),
})

export function buildQuarantineAlert({ at, breach, ...held }: QuarantineAlert): string {
  const quarantined = { ...noBreach, [breach]: held }
  const value: AlertDocument = { schemaVersion, at: { at }, quarantined }
  return document(rootOf('Response', alertShape, value))
}

const noBreach: Choice = {
  ADUserThresholdBreach: undefined,
  ADDCCThresholdBreach: undefined,
  ADAttributeLimitsBreach: undefined,
  ADMegawattBreach: undefined,
}

/** Reads an alert, signed or not; whether it is to be believed is for `openQuarantineAlert` to judge. */
export function parseQuarantineAlert(xml: string): Outcome<QuarantineAlert, DuisProblem> {
  const root = parseElements(xml)
  if (!root.ok) return root
  try {
    const { at, quarantined } = readAs('Response', alertShape, withoutSignature(root.value))
    const [found, ...others] = Object.entries(quarantined) as [Breach, Held][]
    if (found === undefined || others.length > 0)
      return refused('DocumentUnexpected', 'QuarantinedRequest: names one breach')
    const [breach, held] = found
    return ok({ ...at, breach, ...held })
  } catch (error) {
    if (error instanceof Misshapen) return refused('DocumentUnexpected', error.message)
    throw error
  }
}
