import { limits } from '@interlock/contract'
import { actorConfig, ListenConfig } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { demandHomesHeard, HomeConfig, MiddlewareConfig } from '@interlock/topics'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Url = Type.String({ minLength: 1, maxLength: 2048 })

/** An EVSE whose owner has agreed to give response. */
export const ContractConfig = Type.Object(
  {
    stationId: Type.String({ pattern: '^[A-Za-z0-9*\\-_=+|@.]{1,48}$' }),
    eui: Eui,
    /** The smart meter whose tariff the home pays, where that is known. */
    meter: Type.Optional(Eui),
    /** The local load control supervisor that will arm it. */
    llcs: Eui,
    evse: Type.Integer({ minimum: 1, maximum: 5, default: 1 }),
    ratingWatts: Type.Integer({ minimum: 1, maximum: 350_000 }),
    feeder: Type.String({ minLength: 1, maxLength: 32 }),
  },
  strict,
)
export type ContractConfig = Static<typeof ContractConfig>

const CurvePoint = Type.Object(
  {
    hertz: Type.Number({ minimum: 45, maximum: 55 }),
    percent: Type.Number({ minimum: 0, maximum: 100 }),
  },
  strict,
)

/** What is promised to the system operator. */
const ResponseConfig = Type.Object(
  {
    /** The ceiling, per cent of rating, at each frequency; ascending. */
    points: Type.Array(CurvePoint, {
      minItems: 2,
      maxItems: limits.curvePointsMax,
      default: [
        { hertz: 49.2, percent: 0 },
        { hertz: 49.8, percent: 100 },
      ],
    }),
    deadbandHertz: Type.Number({ minimum: 0, maximum: 1, default: 0.2 }),
    durationMillisMax: Type.Integer({
      minimum: 1000,
      maximum: limits.responseMillisMax,
      default: limits.responseMillisMax,
    }),
    /** Length of one pre-authorisation and of the curve with it. */
    holdHours: Type.Integer({ minimum: 1, maximum: 24, default: 24 }),
  },
  { ...strict, default: {} },
)

export const DsrspConfig = actorConfig({
  /** Folder with key and chain under the charging root. */
  identity: Path,
  /** Folder with key and chain under the smart-meter root: signs arms and requests to the DCC. */
  smartMeterIdentity: Path,
  trust: Type.Object({ charging: Path, smartMeter: Path }, strict),
  database: Url,
  /** REST for the console. */
  listen: ListenConfig,
  /** Where the virtual EVSEs connect. */
  ocpp: ListenConfig,
  peers: Type.Object({ supervisor: Url, dcc: Url }, strict),
  /** Organisation whose CSMS may bring virtual EVSEs. */
  csms: Eui,
  /** Certificate (PEM) that the data company signs its answers with; smart-meter root. */
  dccCertificate: Path,
  portfolio: Type.Array(ContractConfig, { maxItems: 20_000 }),
  response: ResponseConfig,
  /** Where it reads what its members' chargers used, by half-hours. */
  middleware: Type.Optional(MiddlewareConfig),
  /** Members whose half-hours it reads while their owners consent (`dsr`); `feeder` as their CSMS names it there. */
  homes: Type.Optional(Type.Array(HomeConfig, { maxItems: 5_000 })),
  /** Certificate (PEM) of the supplier whose tariffs are believed; smart-meter root. */
  supplier: Type.Optional(Path),
})
export type DsrspConfig = Static<typeof DsrspConfig>

/** @throws Fault `ConfigInvalid` for homes that nothing can be heard of, or that are no members. */
export function demandWhole({
  homes = [],
  middleware,
  portfolio,
}: Pick<DsrspConfig, 'homes' | 'middleware' | 'portfolio'>): void {
  demandHomesHeard(homes, middleware)
  const stranger = homes.find(({ station }) => portfolio.every(({ eui }) => eui !== station))
  if (stranger !== undefined)
    throw new Fault('ConfigInvalid', `homes: ${stranger.station} is not in portfolio`)
}
