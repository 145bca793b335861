import { actorConfig, ListenConfig } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { MiddlewareConfig } from '@interlock/topics'
import { Type, type Static } from 'typebox'
import { CostConfig } from './core/cost-tariff.ts'
import { OpenDataConfig } from './open-data/open-data-config.ts'
import { OcpiConfig } from './ocpi/ocpi-config.ts'
import { OscpConfig } from './oscp/oscp-config.ts'

const strict = { additionalProperties: false }
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const StationName = Type.String({ pattern: '^[A-Za-z0-9*\\-_=+|@.]{1,48}$' })
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Url = Type.String({ minLength: 1, maxLength: 2048 })

/** A charging station that this CSMS admits; written to its database of stations at start. */
export const StationConfig = Type.Object(
  {
    stationId: StationName,
    eui: Eui,
    ratingWatts: Type.Integer({ minimum: 1, maximum: 350_000 }),
    evse: Type.Integer({ minimum: 1, maximum: 5, default: 1 }),
    feeder: Type.String({ minLength: 1, maxLength: 32 }),
    delaySecondsMax: Type.Integer({ minimum: 0, maximum: 1800, default: 600 }),
    /** SHA-256, hex, of the password of first contact (package pki, `firstContactPassword`). */
    passwordSha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    llcs: Type.Optional(Eui),
    /** The smart meter whose tariff the home pays. */
    meter: Type.Optional(Eui),
    /** Whether a virtual EVSE represents it at the DSR service provider. */
    enrolled: Type.Boolean({ default: false }),
    /** Tokens that may start a charge here. */
    /**
     * *Supervised*: it knows the companion rules and gates commands itself. *Standard*: it only knows
     * OCPP, so that this CSMS asks the supervisor before a critical command leaves.
     */
    trustMode: Type.Optional(Type.Union([Type.Literal('supervised'), Type.Literal('standard')])),
    /** Standard trust mode, security profiles 1 and 2: as `hashPassword` of package host writes it. */
    passwordHash: Type.Optional(Type.String({ pattern: '^scrypt\\$', maxLength: 256 })),
    /** All of them, where there are several. */
    evses: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 5 }), { maxItems: 5, uniqueItems: true }),
    ),
    idTokens: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
      maxItems: 64,
      default: [],
    }),
  },
  strict,
)
export type StationConfig = Static<typeof StationConfig>

const Moment = Type.String({
  pattern: '^([01]\\d|2[0-3]):[0-5]\\d$|^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?Z$',
})

/** A charge the operator expects; `HH:MM` is every day, civil time; a date-time is once. */
export const ExpectedSession = Type.Object(
  {
    stationId: StationName,
    arrival: Moment,
    departure: Moment,
    energyWattHours: Type.Integer({ minimum: 1, maximum: 200_000 }),
  },
  strict,
)
export type ExpectedSession = Static<typeof ExpectedSession>

export const CsmsConfig = actorConfig({
  /** Folder with key and chain under the charging root. */
  identity: Path,
  /** Folder with key and chain under the smart-meter root, for requests to the DCC. */
  smartMeterIdentity: Path,
  trust: Type.Object({ charging: Path, smartMeter: Path }, strict),
  database: Url,
  /** REST for the console. */
  listen: ListenConfig,
  ocpp: Type.Object(
    {
      /** Without TLS: only where it is named, and in production on loopback alone. */
      profile1: Type.Optional(ListenConfig),
      profile2: ListenConfig,
      profile3: ListenConfig,
      /** The name that stations call: the common name of both servers' certificates (A00.FR.510). */
      host: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$' })),
      /** For standard stations that only know RSA (A00.FR.318); without it they cannot connect. */
      rsa: Type.Optional(
        Type.Object(
          {
            /** Folder with an RSA key and its chain, under the charging root or another. */
            identity: Path,
            /** Also the two suites of the specification that have no forward secrecy. */
            keyExchange: Type.Boolean({ default: true }),
          },
          strict,
        ),
      ),
      /** How fast each connection is read; one that sends faster waits. `messagePace` unless given. */
      pace: Type.Optional(
        Type.Object(
          {
            /** Frames that may come at once. */
            burst: Type.Integer({ minimum: 16, maximum: 1_000_000 }),
            /** Frames a second from then on. */
            perSecond: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
          },
          strict,
        ),
      ),
    },
    strict,
  ),
  /** Certificate (PEM) that the data company signs its answers with; smart-meter root. */
  dccCertificate: Path,
  peers: Type.Object(
    {
      /** `https://…` */
      supervisor: Url,
      dcc: Url,
      /** Central register of driver tokens; without one this CSMS knows its own alone. */
      cir: Type.Optional(Url),
      /** `wss://…/ocpp/` of the DSR service provider's virtual CSMS. */
      dsrsp: Type.Optional(Url),
    },
    strict,
  ),
  stations: Type.Array(StationConfig, { maxItems: 20_000 }),
  expectedSessions: Type.Array(ExpectedSession, { maxItems: 20_000, default: [] }),
  tariff: Type.Object(
    {
      /** Certificate (PEM) of the supplier whose tariffs are believed; smart-meter root. */
      supplierCertificate: Path,
      refreshMinutes: Type.Integer({ minimum: 5, maximum: 1440, default: 360 }),
    },
    strict,
  ),
  /**
   * What becomes of a charge that runs with a card of which there are two: `mark` tells of it and `end` asks the station to
   * stop as well, by a command like any other. Which of the two cards it is nobody knows. `mark` unless given.
   */
  clonedCharge: Type.Optional(Type.Enum(['mark', 'end'])),
  /** What transactions cost; without it nothing is computed and stations are told nothing. */
  costs: Type.Optional(CostConfig),
  oscp: Type.Optional(OscpConfig),
  /** Where it says what feeders draw, and how sessions of other providers' drivers go. */
  middleware: Type.Optional(MiddlewareConfig),
  /** Stations whose half-hours it says by topic, to those whom their owners let read (`halfHourly`, `dsr`). */
  consumption: Type.Optional(Type.Array(StationName, { maxItems: 5_000, uniqueItems: true })),
  ocpi: Type.Optional(OcpiConfig),
  openData: Type.Optional(OpenDataConfig),
  planning: Type.Object(
    {
      /** Where nobody said anything: leave at this time, civil time. */
      departure: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', default: '07:30' }),
      energyWattHours: Type.Integer({ minimum: 0, maximum: 200_000, default: 10_000 }),
      /** How much more than expected the day-ahead plan asks for. */
      marginPercent: Type.Integer({ minimum: 0, maximum: 200, default: 25 }),
      /** How far arrivals may differ from what was expected. */
      arrivalToleranceMinutes: Type.Integer({ minimum: 0, maximum: 240, default: 60 }),
    },
    { ...strict, default: {} },
  ),
})
export type CsmsConfig = Static<typeof CsmsConfig>

/** @throws Fault `ConfigInvalid` for half-hours that could be said to nobody, or are of nobody. */
export function demandWhole({
  consumption = [],
  middleware,
  stations,
}: Pick<CsmsConfig, 'consumption' | 'middleware' | 'stations'>): void {
  if (consumption.length > 0 && middleware === undefined)
    throw new Fault(
      'ConfigInvalid',
      'consumption has nowhere to be said, for middleware is not there',
    )
  const unknown = consumption.find((each) => stations.every(({ stationId }) => stationId !== each))
  if (unknown !== undefined)
    throw new Fault('ConfigInvalid', `consumption: ${unknown} is not in stations`)
}
