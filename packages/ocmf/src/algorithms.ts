/** A curve that OCMF knows (table of signature algorithms), by its name there. */
export type Curve = {
  readonly name: string
  /** Bytes of a coordinate, and of r and of s. */
  readonly bytes: number
  /** Its object identifier, DER with tag and length, hex. */
  readonly oidHex: string
}

const curve = (name: string, bits: number, oidHex: string): Curve => ({
  name,
  bytes: Math.ceil(bits / 8),
  oidHex,
})

/** Every curve of the format, and those that its readers have met besides. */
export const curves: readonly Curve[] = [
  curve('secp192r1', 192, '06082a8648ce3d030101'),
  curve('secp192k1', 192, '06052b8104001f'),
  curve('secp224r1', 224, '06052b81040021'),
  curve('secp256r1', 256, '06082a8648ce3d030107'),
  curve('secp256k1', 256, '06052b8104000a'),
  curve('secp384r1', 384, '06052b81040022'),
  curve('secp521r1', 521, '06052b81040023'),
  curve('brainpoolP256r1', 256, '06092b2403030208010107'),
  curve('brainpoolP384r1', 384, '06092b240303020801010b'),
  curve('brainpoolP512r1', 512, '06092b240303020801010d'),
]

export type Hash = 'sha256' | 'sha384' | 'sha512'
export type Algorithm = { readonly curve: Curve; readonly hash: Hash }

/** Where a record names none. */
export const defaultAlgorithm = 'ECDSA-secp256r1-SHA256'

/** Reads `ECDSA-<curve>-SHA<bits>`; `undefined` for what the format does not have. */
export function algorithmOf(name: string): Algorithm | undefined {
  const [, curveName, bits] = /^ECDSA-([A-Za-z0-9]+)-SHA(256|384|512)$/.exec(name) ?? []
  const found = curves.find((each) => each.name === curveName)
  return found === undefined ? undefined : { curve: found, hash: `sha${bits}` as Hash }
}
