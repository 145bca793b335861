import { actorConfig, ListenConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'
import { NetworkModel } from './network.ts'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
export const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })

export const HubConfig = actorConfig({
  eui: Eui,
  /** Folder with key and chain under the smart-meter root. */
  identity: Path,
  trust: Type.Object({ smartMeter: Path }, { additionalProperties: false }),
  /** `wss://host:port` of the data company's wide area network. */
  wan: Type.String({ pattern: '^wss://[^/]+$', maxLength: 2048 }),
  /** The home area network. */
  listen: ListenConfig,
  /** Key of the home area network, hex, shared by the devices of the home. */
  hanKey: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** The home's meter: its word of the tariff is passed on, and nobody else's. */
  meter: Eui,
  /** Devices that may join. */
  devices: Type.Array(Eui, { minItems: 1, maxItems: 16 }),
  network: Type.Optional(NetworkModel),
})
export type HubConfig = Static<typeof HubConfig>
