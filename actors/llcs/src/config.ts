import { limits } from '@interlock/contract'
import { actorConfig, ListenConfig, SerialConfig } from '@interlock/host'
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
  /** Roots (PEM) by which revocation lists are verified; anchors rest on no chain. */
  trust: Type.Object({ smartMeter: Path, charging: Type.Optional(Path) }, strict),
  /** The charger of the home. */
  station: Eui,
  /** Carried by the installer from the one device to the other. */
  installCode: Type.String({ minLength: 16, maxLength: 128 }),
  /** The local link: a serial line to the charger, or TCP, where loopback stands for the cable inside a home. */
  listen: Type.Optional(ListenConfig),
  serial: Type.Optional(SerialConfig),
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
  throw new Fault('ConfigInvalid', `${actor}: the local link has listen, or serial`, {
    remedy: 'correct the file; docs/operating describes every field',
  })
}
