import { nodeCrypto as crypto } from '@interlock/host'
import { toBase64, toHex, utf8 } from '@interlock/kernel'
import { imageStatement } from '@interlock/seal'

/** The hash of the one image of firmware that the meter holds. */
export const image = crypto.sha256(utf8('image'))

const maker = crypto.generateKey().key
const version = '00010001'
const hash = toHex(image)

/** What the meter's config says of it. */
export const meterFirmware = {
  version: '00010000',
  manufacturer: toBase64(maker.publicKey.spki),
  images: [
    {
      hash,
      version,
      signature: toBase64(crypto.sign(maker, imageStatement('meter', version, hash))),
    },
  ],
}
