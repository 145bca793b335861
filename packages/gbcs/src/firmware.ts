import { toHex } from '@interlock/kernel'
import { derInteger } from './ber.ts'
import { constant, type Layout } from './layout.ts'

/** The parameter of CS06 *Activate Firmware*: the image, by its hash, that is to run from now on. */
export type FirmwareActivation = {
  /** SHA-256 of the image, 32 bytes. */
  readonly hash: Uint8Array
}
export const firmwareHashBytes = 32
/** Bytes of a firmware version, which the answer carries. */
export const firmwareVersionBytes = 4

export const isFirmwareActivation = ({ hash }: FirmwareActivation): boolean =>
  hash.length === firmwareHashBytes

const counterOf = (counter: bigint): Uint8Array => {
  const value = derInteger(counter)
  return Uint8Array.of(0x02, value.length, ...value)
}

/** DER: a sequence of hash and counter. The time that the standard lets follow is not taken. */
export const firmwareLayout: Layout<FirmwareActivation> = [
  {
    name: 'sequence',
    bytes: 2,
    write: (_values, counter) =>
      Uint8Array.of(0x30, 2 + firmwareHashBytes + counterOf(counter).length),
    say: () => 'of hash and counter',
  },
  constant('octet string of the hash', 0x04, firmwareHashBytes),
  {
    name: 'hash of the image',
    bytes: firmwareHashBytes,
    write: ({ hash }) => hash,
    read: (bytes) => ({ hash: bytes.slice() }),
    say: ({ hash }) => toHex(hash),
  },
  {
    name: 'counter once more',
    bytes: (rest) => (rest[1] === undefined ? undefined : 2 + rest[1]),
    write: (_values, counter) => counterOf(counter),
    say: () => 'an integer',
  },
]
