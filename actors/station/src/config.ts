import { limits, QuietHoursRow } from '@interlock/contract'
import { actorConfig, ListenConfig, SerialConfig, TrustConfig } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { areHoursOrNone, quietHoursMax } from '@interlock/power'
import { MiddlewareConfig } from '@interlock/topics'
import { Type, type Static } from 'typebox'

const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Url = Type.String({ pattern: '^wss://[^ ]{1,500}$' })
const AnyUrl = Type.String({ pattern: '^wss?://[^ ]{1,500}$' })
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
  /**
   * `supervised`: a critical command needs a signature and a second party. `standard`: the station
   * knows OCPP alone and does what its CSMS says, inside the limits of safety.
   */
  trustMode: Type.Union([Type.Literal('supervised'), Type.Literal('standard')], {
    default: 'supervised',
  }),
  /** Of a supervised station. Without `/` and station identity at the end. */
  csms: Type.Optional(
    Type.Object({ profile2Url: Url, profile3Url: Url }, { additionalProperties: false }),
  ),
  /** Values of the device model other than its defaults, by name: `TxCtrlr.EVConnectionTimeOut`. */
  variables: Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 1_000 }), {
    default: {},
  }),
  /** Of a standard station: its network connection profile in slot 0, as the installer left it. */
  network: Type.Optional(
    Type.Object(
      {
        securityProfile: Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)]),
        url: AnyUrl,
        /** HTTP Basic, under security profiles 1 and 2 (A00.FR.205). */
        password: Type.Optional(Type.String({ minLength: 16, maxLength: 40 })),
      },
      { additionalProperties: false },
    ),
  ),
  /** Where its signed readings are published, besides going to the CSMS. */
  middleware: Type.Optional(MiddlewareConfig),
  /** The distribution operator for whom the readings of the feeder's chargers are summed. */
  sums: Type.Optional(Type.Object({ dso: Eui }, { additionalProperties: false })),
  /** The maker's one-time secret; not needed once a certificate is there. */
  secret: Type.Optional(Type.String({ minLength: 16, maxLength: 128 })),
  /** Key and certificate; `<data>/identity` unless given. */
  identity: Type.Optional(Path),
  trust: TrustConfig,
  /** Root of whoever signs its firmware; without one no firmware is taken. */
  manufacturerRoot: Type.Optional(Path),
  /** Certificate (PEM) of the register of driver tokens, pinned; without one a card is a number. */
  driverRegister: Type.Optional(Path),
  /** Certificates that the installer pins; the register's are added at first contact. */
  cells: Type.Array(
    Type.Object(
      {
        role: Type.Union([
          Type.Literal('csms'),
          Type.Literal('dsrsp'),
          Type.Literal('supervisor'),
          /** Of the smart-meter root: its arms count then. */
          Type.Literal('supplier'),
        ]),
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
        /** The local link: a serial line, or host and port. */
        serial: Type.Optional(SerialConfig),
        host: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
        port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
        /** Carried by the installer from the one device to the other. */
        installCode: Type.String({ minLength: 16, maxLength: 128 }),
        /** Whose tariff the home pays: meter, and certificate (PEM) of the supplier. */
        tariff: Type.Optional(
          Type.Object({ meter: Eui, supplier: Path }, { additionalProperties: false }),
        ),
      },
      { additionalProperties: false },
    ),
  ),
  /** Of a supervised station: where it listens on the network of its home, for owners; nowhere unless given. */
  home: Type.Optional(ListenConfig),
  /**
   * The charger is sold with an agreement by which it serves the grid and configured as that demands, so the default
   * charging hours may differ or be absent (regulation 10 of SI 2021/1467). Its owner may still choose others.
   */
  dsrAgreement: Type.Optional(
    Type.Object(
      {
        dsrsp: Eui,
        /** As the statement of compliance names it. */
        reference: Type.String({ pattern: '^[ -~]{1,64}$' }),
        quiet: Type.Array(QuietHoursRow, { maxItems: quietHoursMax }),
      },
      { additionalProperties: false },
    ),
  ),
  /** Supervised: never below the default. Standard: 0 where the operator answers for it. */
  delaySecondsMax: Type.Integer({
    minimum: 0,
    maximum: limits.randomDelaySecondsMax,
    default: limits.randomDelaySecondsDefault,
  }),
  /** Seconds of world time between meter samples. */
  meterIntervalSeconds: Type.Integer({ minimum: 1, maximum: 3_600, default: 900 }),
  /** When no answer comes within ten seconds: charge, or wait for a gesture. */
  storedRule: Type.Union([Type.Literal('charge'), Type.Literal('wait')], { default: 'charge' }),
})
export type StationConfig = Static<typeof StationConfig>

export type Csms = NonNullable<StationConfig['csms']>
export type Llcs = NonNullable<StationConfig['llcs']>
export type Network = NonNullable<StationConfig['network']>

/** What each trust mode demands beyond the schema; the first rule that is broken names the field. */
const rules: readonly (readonly [broken: (config: StationConfig) => boolean, words: string])[] = [
  [
    ({ trustMode, csms }) => trustMode === 'supervised' && csms === undefined,
    'csms is missing: a supervised station has both addresses of its CSMS',
  ],
  [
    ({ trustMode, delaySecondsMax }) =>
      trustMode === 'supervised' && delaySecondsMax < limits.randomDelaySecondsDefault,
    `delaySecondsMax of a supervised station is at least ${limits.randomDelaySecondsDefault}`,
  ],
  [
    ({ trustMode, network }) => trustMode === 'standard' && network === undefined,
    'network is missing: a standard station has a first network connection profile',
  ],
  [
    ({ trustMode, home }) => trustMode === 'standard' && home !== undefined,
    'home is for a supervised station: a standard one knows no owners',
  ],
  [
    ({ llcs }) =>
      llcs !== undefined &&
      [llcs.host, llcs.port].some((each) => (each === undefined) !== (llcs.serial !== undefined)),
    'llcs has serial, or host and port',
  ],
  [
    ({ dsrAgreement }) => dsrAgreement !== undefined && !areHoursOrNone(dsrAgreement.quiet),
    'dsrAgreement.quiet: hours end after they begin',
  ],
  [
    ({ sums, middleware }) => sums !== undefined && middleware === undefined,
    'middleware is missing: a reading is masked to be said there',
  ],
  [
    ({ network }) =>
      network !== undefined && (network.securityProfile === 1) !== network.url.startsWith('ws://'),
    'network.url is ws:// under security profile 1, and wss:// under 2 and 3',
  ],
  [
    ({ network }) =>
      network !== undefined && network.securityProfile < 3 && network.password === undefined,
    'network.password is missing: security profiles 1 and 2 have one',
  ],
]

/** @throws Fault `ConfigInvalid` where the config does not suit its trust mode. */
export function checkTrustMode(config: StationConfig): void {
  const broken = rules.find(([isBroken]) => isBroken(config))
  if (broken === undefined) return
  throw new Fault('ConfigInvalid', `${config.actor}: ${broken[1]}`, {
    remedy: 'correct the file; docs/operating describes every field',
  })
}
