import { limits } from '@interlock/contract'
import { actorConfig, TrustConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'

const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Url = Type.String({ pattern: '^wss://[^ ]{1,500}$' })
const Watts = Type.Integer({ minimum: 1, maximum: 1_000_000 })

/** One home charger. The simulated hardware has one EVSE; a row more is a charger more. */
export const StationConfig = actorConfig({
  feeder: Type.String({ minLength: 1, maxLength: 64, default: 'unknown' }),
  stationId: Type.String({ pattern: '^[A-Za-z0-9*_=+|@.-]{1,48}$' }),
  eui: Eui,
  /** The organisation that operates it, as the register has it: that of its CSMS. */
  organisation: Eui,
  evses: Type.Array(
    Type.Object(
      {
        id: Type.Integer({ minimum: 1, maximum: 5 }),
        ratingWatts: Watts,
        phases: Type.Union([Type.Literal(1), Type.Literal(3)], { default: 1 }),
      },
      { additionalProperties: false },
    ),
    { minItems: 1, maxItems: 1 },
  ),
  fuseWatts: Watts,
  siteWatts: Watts,
  /** Without `/` and station identity at the end. */
  csms: Type.Object({ profile2Url: Url, profile3Url: Url }, { additionalProperties: false }),
  /** The maker's one-time secret; not needed once a certificate is there. */
  secret: Type.Optional(Type.String({ minLength: 16, maxLength: 128 })),
  /** Key and certificate; `<data>/identity` unless given. */
  identity: Type.Optional(Path),
  trust: TrustConfig,
  /** Certificates that the installer pins; the register's are added at first contact. */
  cells: Type.Array(
    Type.Object(
      {
        role: Type.Union([Type.Literal('csms'), Type.Literal('dsrsp'), Type.Literal('supervisor')]),
        certificate: Path,
      },
      { additionalProperties: false },
    ),
    { maxItems: 8, default: [] },
  ),
  /** Absent where the home has none: local start and countersigned schedules only. */
  llcs: Type.Optional(
    Type.Object(
      {
        eui: Eui,
        host: Type.String({ minLength: 1, maxLength: 255 }),
        port: Type.Integer({ minimum: 1, maximum: 65_535 }),
        /** Carried by the installer from the one device to the other. */
        installCode: Type.String({ minLength: 16, maxLength: 128 }),
      },
      { additionalProperties: false },
    ),
  ),
  delaySecondsMax: Type.Integer({
    minimum: limits.randomDelaySecondsDefault,
    maximum: limits.randomDelaySecondsMax,
    default: limits.randomDelaySecondsDefault,
  }),
  /** Seconds of world time between meter samples. */
  meterIntervalSeconds: Type.Integer({ minimum: 1, maximum: 3_600, default: 900 }),
  /** When no answer comes within ten seconds: charge, or wait for a gesture. */
  storedRule: Type.Union([Type.Literal('charge'), Type.Literal('wait')], { default: 'charge' }),
})
export type StationConfig = Static<typeof StationConfig>
