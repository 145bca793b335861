import { DeviceFirmware, limits } from '@interlock/contract'
import { actorConfig, ListenConfig, SerialConfig, type PacketPlace } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const Path = Type.String({ minLength: 1, maxLength: 4096 })

export const LlcsConfig = actorConfig({
  feeder: Type.String({ minLength: 1, maxLength: 64, default: 'unknown' }),
  eui: Eui,
  /** Folder with key and chain under the smart-meter root; the key signs and agrees. */
  identity: Path,
  /** The communications hub of the home. */
  hub: Type.Object(
    {
      host: Type.String({ minLength: 1, default: '127.0.0.1' }),
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      /** Key of the home area network, hex. */
      hanKey: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    },
    strict,
  ),
  /** Trust anchors, as certificates (PEM) under the smart-meter root. */
  anchors: Type.Object(
    {
      /** The data company's access control broker, whose MAC every command carries. */
      broker: Path,
      /** The DSR service provider bound to the home, where there is one. */
      dsrsp: Type.Optional(Path),
    },
    strict,
  ),
  /** Whose tariff the home pays; without it none is taken from the home network. */
  tariff: Type.Optional(
    Type.Object(
      {
        meter: Eui,
        /** Certificate (PEM) of the supplier, smart-meter root. */
        supplier: Path,
      },
      strict,
    ),
  ),
  /** Absent: no image was ever distributed to it, so it activates none. */
  firmware: Type.Optional(DeviceFirmware),
  /** Roots (PEM) by which revocation lists are verified; anchors rest on no chain. */
  trust: Type.Object({ smartMeter: Path, charging: Type.Optional(Path) }, strict),
  /** The charger of the home. */
  station: Eui,
  /** Carried by the installer from the one device to the other. */
  installCode: Type.String({ minLength: 16, maxLength: 128 }),
  /** The local link: a serial line to the charger, or TCP, where loopback stands for the cable inside a home. */
  listen: Type.Optional(ListenConfig),
  serial: Type.Optional(SerialConfig),
  /**
   * The metering front end, whose samples of the mains voltage are watched: a serial line, or host and port.
   * Without it this LLCS measures nothing and answers no frequency.
   */
  waveform: Type.Optional(
    Type.Object(
      {
        serial: Type.Optional(SerialConfig),
        host: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
        port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
        sampleRateHertz: Type.Integer({
          minimum: 500,
          maximum: 10_000,
          multipleOf: 50,
          default: 1_000,
        }),
        nominalVolts: Type.Number({ minimum: 100, maximum: 300, default: 230 }),
        millivoltsPerCount: Type.Number({ minimum: 1, maximum: 100, default: 20 }),
        /**
         * Without a reading for so long the frequency is lost. After a start, a gap or a doubt the first
         * reading takes some 1,350 ms (the window and the settling), and a block more.
         */
        lostMillisMax: Type.Integer({ minimum: 2_000, maximum: 60_000, default: 2_000 }),
      },
      strict,
    ),
  ),
  /**
   * The settlement meter's front end, which counts the charger's circuit alone: a serial line, or host and port.
   * Without it this LLCS counts nothing.
   */
  settlementMeter: Type.Optional(
    Type.Object(
      {
        serial: Type.Optional(SerialConfig),
        host: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
        port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
        /** Most that the circuit carries, in either direction: three phases of 32 A. */
        wattsMax: Type.Integer({ minimum: 1_000, maximum: 350_000, default: 22_080 }),
        /** Without a reading for so long it is lost, and connected to again. */
        lostMillisMax: Type.Integer({ minimum: 5_000, maximum: 600_000, default: 10_000 }),
      },
      strict,
    ),
  ),
  /** Auxiliary controllers, which are EVSE ids. */
  evses: Type.Array(Type.Integer({ minimum: 1, maximum: 5 }), { minItems: 1, maxItems: 5 }),
  /** Inside this band around 50 Hz nothing is armed. */
  deadbandHertz: Type.Number({ minimum: 0.01, maximum: 1, default: 0.2 }),
  /** How long the frequency stays inside before the load is given back. */
  dwellMillis: Type.Integer({ minimum: 0, maximum: 3_600_000, default: 10_000 }),
  /** Longest continuous response. */
  durationMillisMax: Type.Integer({
    minimum: 1_000,
    maximum: limits.responseMillisMax,
    default: limits.responseMillisMax,
  }),
  /** An armed response follows the frequency in steps of at least this. */
  stepHertz: Type.Number({ minimum: 0.001, maximum: 1, default: 0.02 }),
})
export type LlcsConfig = Static<typeof LlcsConfig>

/** Where the charger is heard: at one place. */
export type LinkPlace =
  { readonly listen: ListenConfig; readonly serial?: undefined } | { readonly serial: SerialConfig }

/** @throws Fault `ConfigInvalid` */
export function linkPlace({ actor, listen, serial }: LlcsConfig): LinkPlace {
  if (serial !== undefined && listen === undefined) return { serial }
  if (listen !== undefined && serial === undefined) return { listen }
  throw invalid(`${actor}: the local link has listen, or serial`)
}

type FrontEndPlace = {
  readonly serial?: SerialConfig
  readonly host?: string
  readonly port?: number
}
/** A front end and what it says. */
type FrontEndOf<Config extends FrontEndPlace> = Omit<Config, keyof FrontEndPlace> & {
  readonly from: PacketPlace
}
export type Waveform = FrontEndOf<NonNullable<LlcsConfig['waveform']>>
export type SettlementMeter = FrontEndOf<NonNullable<LlcsConfig['settlementMeter']>>

/** @throws Fault `ConfigInvalid` */
export const waveformOf = ({ actor, waveform }: LlcsConfig): Waveform | undefined =>
  waveform && frontEndOf(`${actor}: waveform`, waveform)

/** @throws Fault `ConfigInvalid` */
export const settlementMeterOf = ({
  actor,
  settlementMeter,
}: LlcsConfig): SettlementMeter | undefined =>
  settlementMeter && frontEndOf(`${actor}: settlementMeter`, settlementMeter)

function frontEndOf<Config extends FrontEndPlace>(
  name: string,
  { serial, host, port, ...front }: Config,
): FrontEndOf<Config> {
  if (serial !== undefined && host === undefined && port === undefined)
    return { ...front, from: { serial } }
  if (serial === undefined && host !== undefined && port !== undefined)
    return { ...front, from: { host, port } }
  throw invalid(`${name} has serial, or host and port`)
}

const invalid = (words: string): Fault =>
  new Fault('ConfigInvalid', words, {
    remedy: 'correct the file; docs/operating describes every field',
  })
