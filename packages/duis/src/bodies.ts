import { instant, type Eui64, type Instant } from '@interlock/kernel'
import { credentials, type CredentialsBody } from './credentials.ts'
import { controllerSchedules, type ControllerSchedulesBody } from './controller-schedule.ts'
import type { Element } from './element.ts'
import { deviceTypes, type DeviceType } from './device-status.ts'
import {
  dateTime,
  deviceId,
  hexBytes,
  hexDigits,
  oneOf,
  payload,
  requestId,
  tariffDocument,
  whole,
} from './leaves.ts'
import type { BodyKind } from './services.ts'
import {
  attribute,
  child,
  holding,
  leaf,
  nothing,
  optional,
  presence,
  readAs,
  struct,
  written,
  type Shape,
} from './shape.ts'
import { timeOfUseTariff, type TimeOfUseTariffBody } from './time-of-use-tariff.ts'
import { formatDateTime, parseDateTime, parseWhole, type RequestId } from './values.ts'
import type { Written } from './write.ts'

export type LoadControlBody = {
  readonly kind: 'loadControl'
  /** Auxiliary controller 1…5. */
  readonly controller: number
  /** `export` is written as `InputFromControlledLoad`. */
  readonly direction: 'import' | 'export'
  readonly levelPercent: number
  readonly from: Instant
  readonly until: Instant
}
/**
 * Ours, in our own name space, as no source has the standard's: the load on this controller is switched on
 * (7.5) or off (7.6) from then on, for as long as a device lets a command stand, a day.
 */
export type AuxiliaryLoadBody = {
  readonly kind: 'auxiliaryLoad'
  /** Auxiliary controller 1…5. */
  readonly controller: number
  readonly from: Instant
}
/** The time now, true for so many seconds. */
export type ClockBody = {
  readonly kind: 'clock'
  readonly at: Instant
  /** 1…86,400. */
  readonly toleranceSeconds: number
}
/** The image that is to run, which the device already holds; to be activated at once. */
export type FirmwareBody = {
  readonly kind: 'firmware'
  /** SHA-256 of the image, 32 bytes. */
  readonly hash: Uint8Array
}
export type OffsetLimitBody = {
  readonly kind: 'offsetLimit'
  /** 0…1799. */
  readonly limitSeconds: number
}
/** Ours, in our own name space: the standard has no half-hourly tariff. */
export type TariffBody = {
  readonly kind: 'tariff'
  readonly version: number
  readonly from: Instant
  /** Thousandths of a penny per kilowatt-hour, one per half-hour from `from`. */
  readonly prices: readonly number[]
}
/** Ours as well: a tariff of any structure, as the document that the supplier signs. */
export type TariffDocumentBody = {
  readonly kind: 'tariffDocument'
  readonly version: number
  readonly document: Uint8Array
}
/** The tariff by which the meter goes, table by table. */
export type ReadTariffBody = { readonly kind: 'readTariff' }
/** Ours, in our own name space: the supplier's signed command that set it. */
export type ReadSignedTariffBody = { readonly kind: 'readSignedTariff' }
/** Ours, in place of the standard's body: what the meter has counted, register by register. */
export type ReadConsumptionBody = { readonly kind: 'readConsumption' }
/** Active import by half-hours that end in this period, either end included. */
export type ReadImportProfileBody = {
  readonly kind: 'readImportProfile'
  readonly from: Instant
  readonly until: Instant
}
export type ReadControllersBody = { readonly kind: 'readControllers' }
export type ReadControllerOperationBody = { readonly kind: 'readControllerOperation' }
/** The GBCS bytes from `DF 09` to the end of the signature. */
export type SignedPreCommandBody = {
  readonly kind: 'signedPreCommand'
  /** When it is to be carried out, {@link cancellation} for never; absent: at once. */
  readonly executeAt?: Instant | undefined
  readonly payload: Uint8Array
}
/** What a device answered to a command that its user has delivered to it. */
export type LocalResponseBody = {
  readonly kind: 'localResponse'
  /** The request that the command came back from. */
  readonly original: RequestId
  readonly response: Uint8Array
}
export type DecommissionBody = { readonly kind: 'decommission'; readonly device: Eui64 }
/** A device that will be installed; manufacturer, model and firmware are hexadecimal digits. */
export type PrenotificationBody = {
  readonly kind: 'prenotification'
  readonly device: Eui64
  readonly manufacturer: string
  readonly model: string
  readonly type: DeviceType
  /** Of the specification that it is made to, such as `SMETS V1.58`. */
  readonly specification: string
  readonly firmware: string
  readonly variant?: string | undefined
}
export type RequestBody =
  | LoadControlBody
  | AuxiliaryLoadBody
  | OffsetLimitBody
  | ClockBody
  | FirmwareBody
  | CredentialsBody
  | TariffBody
  | TariffDocumentBody
  | TimeOfUseTariffBody
  | ReadTariffBody
  | ReadConsumptionBody
  | ReadImportProfileBody
  | ReadSignedTariffBody
  | ControllerSchedulesBody
  | ReadControllersBody
  | ReadControllerOperationBody
  | SignedPreCommandBody
  | LocalResponseBody
  | DecommissionBody
  | PrenotificationBody

/** The date of execution by which what was future-dated is cancelled. */
export const cancellation = instant(Date.UTC(3000, 11, 31))

const halfHourMillis = 30 * 60_000
const pricesMax = 1_488
const priceMax = 10_000_000

const halfHour = leaf(
  'the start of a half-hour since 1970, UTC',
  (text) => {
    const at = parseDateTime(text)
    return at !== undefined && at % halfHourMillis === 0 && at >= 0 ? instant(at) : undefined
  },
  formatDateTime,
)
const prices = leaf(
  `1 to ${pricesMax} whole numbers within ±${priceMax}`,
  parsePrices,
  (values: readonly number[]) => values.join(' '),
)

function parsePrices(text: string): readonly number[] | undefined {
  const values: number[] = []
  for (const word of text.split(' ')) {
    const price = parseWhole(word, -priceMax, priceMax)
    if (price === undefined || values.length === pricesMax) return undefined
    values.push(price)
  }
  return values
}

const specification = leaf(
  'a specification such as SMETS V1.58',
  (text) => (/^(SMETS|CHTS) V\d{1,2}\.\d{1,2}$/.test(text) ? text : undefined),
  String,
)
const esmeVariant = leaf(
  'one to three letters',
  (text) => (/^[A-Z]{1,3}$/.test(text) ? text : undefined),
  String,
)

type ValuesOf<Body> = Omit<Body, 'kind'>

const shapes: {
  readonly [Kind in BodyKind]: Shape<ValuesOf<Extract<RequestBody, { kind: Kind }>>>
} = {
  loadControl: struct<ValuesOf<LoadControlBody>>({
    controller: attribute('auxiliaryControllerN', whole(1, 5)),
    from: child('StartDateTime', dateTime),
    until: child('EndDateTime', dateTime),
    levelPercent: child('CommandedStateLevel', whole(0, 100)),
    direction: presence('InputFromControlledLoad', 'export', 'import'),
  }),
  auxiliaryLoad: struct<ValuesOf<AuxiliaryLoadBody>>({
    controller: attribute('auxiliaryControllerN', whole(1, 5)),
    from: child('il:StartDateTime', dateTime),
  }),
  offsetLimit: struct<ValuesOf<OffsetLimitBody>>({
    limitSeconds: child('RandomisedOffsetLimit', whole(0, 1_799)),
  }),
  clock: struct<ValuesOf<ClockBody>>({
    at: child('CurrentDateTime', dateTime),
    toleranceSeconds: child('TolerancePeriod', whole(1, 86_400)),
  }),
  credentials,
  firmware: struct<ValuesOf<FirmwareBody>>({ hash: child('FirmwareHash', hexBytes(32)) }),
  tariff: holding(
    child(
      'il:HalfHourlyTariff',
      struct<ValuesOf<TariffBody>>({
        version: attribute('version', whole(0, 0xffff_ffff)),
        from: child('il:Start', halfHour),
        prices: child('il:Prices', prices),
      }),
    ),
  ),
  tariffDocument: holding(
    child(
      'il:TariffDocument',
      struct<ValuesOf<TariffDocumentBody>>({
        version: attribute('version', whole(0, 0xffff_ffff)),
        document: child('il:Document', tariffDocument),
      }),
    ),
  ),
  timeOfUseTariff,
  readTariff: nothing,
  readSignedTariff: holding(child('il:SignedTariff', nothing)),
  controllerSchedules,
  readConsumption: nothing,
  readImportProfile: holding(
    child(
      'ReadLogPeriod',
      struct<ValuesOf<ReadImportProfileBody>>({
        from: child('StartDateTime', dateTime),
        until: child('EndDateTime', dateTime),
      }),
    ),
  ),
  readControllers: nothing,
  readControllerOperation: nothing,
  signedPreCommand: struct<ValuesOf<SignedPreCommandBody>>({
    executeAt: optional('ExecutionDateTime', dateTime),
    payload: child('GBCSPayload', payload),
  }),
  localResponse: struct<ValuesOf<LocalResponseBody>>({
    original: child('OriginalRequestID', requestId),
    response: child('DeviceGBCSResponse', payload),
  }),
  decommission: struct<ValuesOf<DecommissionBody>>({ device: child('DeviceID', deviceId) }),
  prenotification: struct<ValuesOf<PrenotificationBody>>({
    device: child('DeviceID', deviceId),
    manufacturer: child('DeviceManufacturer', hexDigits(4)),
    model: child('DeviceModel', hexDigits(8)),
    type: child('DeviceType', oneOf(...deviceTypes)),
    specification: child('SMETSCHTSVersion', specification),
    firmware: child('FirmwareVersion', hexDigits(8)),
    variant: optional('ESMEVariant', esmeVariant),
  }),
}
/** A signed pre-command has the same element in every service request. */
const elementOf = (kind: BodyKind, name: string): string =>
  kind === 'signedPreCommand' ? 'SignedPreCommand' : name

export function writeBody(body: RequestBody, name: string): Written {
  // The values of a body are the body; its kind is not written.
  const shape = shapes[body.kind] as Shape<object>
  return written(elementOf(body.kind, name), shape.write(body))
}

/** What tells bodies of one service request apart: an element that only one of them has. */
const ownElements: Readonly<Partial<Record<BodyKind, string>>> = {
  tariff: 'HalfHourlyTariff',
  tariffDocument: 'TariffDocument',
  timeOfUseTariff: 'ElecTariffElements',
  readSignedTariff: 'SignedTariff',
}

/**
 * Reads the body as the one of these kinds that it is.
 * @throws Misshapen naming the element at fault.
 */
export function readBody(
  kinds: readonly [BodyKind, ...BodyKind[]],
  node: Element,
  name: string,
): RequestBody {
  const names = node.children.map((each) => each.name)
  const kind = kinds.find((each) => names.includes(ownElements[each] ?? '')) ?? kinds[0]
  return {
    kind,
    ...readAs(elementOf(kind, name), shapes[kind] as Shape<object>, node),
  } as RequestBody
}
