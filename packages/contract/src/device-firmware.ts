import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
/** Four bytes, as in a pre-notification. */
const FirmwareVersion = Type.String({ pattern: '^[0-9A-F]{8}$' })

/** What a meter or an LLCS holds of firmware, in its config: what runs, and what was distributed to it. */
export const DeviceFirmware = Type.Object(
  {
    /** What runs until another is activated. */
    version: FirmwareVersion,
    /** Public key (SPKI, base64) of its manufacturer. */
    manufacturer: Type.String({ minLength: 16, maxLength: 400, pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
    /** Each image by its SHA-256, with the version that it is. */
    images: Type.Array(
      Type.Object(
        {
          hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          version: FirmwareVersion,
          /** The manufacturer's, base64, over what `docs/operating/smart-meter-messages.md` says. */
          signature: Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' }),
        },
        strict,
      ),
      { maxItems: 16 },
    ),
  },
  strict,
)
export type DeviceFirmware = Static<typeof DeviceFirmware>
