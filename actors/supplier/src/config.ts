import { actorConfig, ListenConfig } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { HomeConfig, MiddlewareConfig } from '@interlock/topics'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const Path = Type.String({ minLength: 1, maxLength: 4096 })

/** A charger whose home pays by this supplier's tariff. */
const CustomerConfig = Type.Object(
  {
    ...HomeConfig.properties,
    /** Organisation of the CSMS that the charger belongs to: of it alone this is believed. */
    csms: Eui,
    /** The LLCS of its home, where that has a settlement meter. */
    llcs: Type.Optional(Eui),
    /** What its owner is asked to let this supplier read: half-hours for bills, or whole days or months and nothing finer. */
    reads: Type.Array(Type.Enum(['halfHourly', 'daily', 'monthly']), {
      uniqueItems: true,
      default: ['halfHourly'],
    }),
  },
  strict,
)

export const SupplierConfig = actorConfig({
  /** Folder with key and chain under the smart-meter root: TLS, XML signatures, tariffs. */
  identity: Path,
  trust: Type.Object({ smartMeter: Path, charging: Type.Optional(Path) }, strict),
  listen: ListenConfig,
  /** `https://host:port` of the data company. */
  dcc: Type.String({ pattern: '^https://[^/]+$', maxLength: 2048 }),
  /** Certificate (PEM) that it signs its answers with; smart-meter root. */
  dccCertificate: Path,
  /** The meters this supplier serves. */
  meters: Type.Array(Eui, { maxItems: 20_000 }),
  /** Meters and LLCSs that it tells the time, as the data company lets it pass. */
  clocks: Type.Array(Eui, { maxItems: 20_000, default: [] }),
  /** How often. */
  clockMinutes: Type.Integer({ minimum: 1, maximum: 1_440, default: 360 }),
  /** A tariff to publish at the first start, and where the file is another than then: JSON, as `POST /api/v1/tariffs` or `/api/v1/tariff-documents` takes it. */
  tariff: Type.Optional(Path),
  /** Folder with key and chain under the charging root: as whom it takes part in the middleware. */
  chargingIdentity: Type.Optional(Path),
  /** Where it reads what its customers' chargers used. */
  middleware: Type.Optional(MiddlewareConfig),
  /** Of whom it reads what each `reads` names, while they consent to that; `feeder` as their CSMS names it there. */
  customers: Type.Optional(Type.Array(CustomerConfig, { maxItems: 2_000 })),
  /** For how many days half-hours and days, and prices with which to bill them, are kept. */
  keptDays: Type.Integer({ minimum: 1, maximum: 62, default: 62 }),
})
export type SupplierConfig = Static<typeof SupplierConfig>

/** @throws Fault `ConfigInvalid` for customers of whom nothing can be heard, or who are there twice. */
export function demandWhole({
  customers = [],
  middleware,
  chargingIdentity,
  trust,
}: Pick<SupplierConfig, 'customers' | 'middleware' | 'chargingIdentity' | 'trust'>): void {
  if (customers.length > 0 && middleware === undefined)
    throw invalid('customers have nowhere to be heard, for middleware is not there')
  if (middleware !== undefined && (chargingIdentity === undefined || trust.charging === undefined))
    throw invalid('middleware needs chargingIdentity and trust.charging, to take part as somebody')
  const stations = customers.map(({ station }) => station)
  const twice = stations.find((each, at) => stations.indexOf(each) !== at)
  if (twice !== undefined) throw invalid(`customers: ${twice} is there twice`)
}

const invalid = (words: string): Fault => new Fault('ConfigInvalid', words)
