import { DeviceFirmware } from '@interlock/contract'
import { actorConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Path = Type.String({ minLength: 1, maxLength: 4096 })

export const MeterConfig = actorConfig({
  eui: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
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
  /** Absent: no image was ever distributed to it, so it activates none. */
  firmware: Type.Optional(DeviceFirmware),
  /** Roots (PEM) that a certificate must hang from to be put in a cell; absent: none is put in any. */
  trust: Type.Optional(Type.Object({ smartMeter: Path }, strict)),
  /** Trust anchors, as certificates (PEM). */
  anchors: Type.Object(
    {
      /** The data company's access control broker, whose MAC every command carries. */
      broker: Path,
      /** The supplier of the home. */
      supplier: Path,
    },
    strict,
  ),
})
export type MeterConfig = Static<typeof MeterConfig>
