import { u64, readU64 } from '@interlock/kernel'
import { constant, type Field, type Layout } from './layout.ts'

/**
 * A tariff of any structure, as a document. **Not GBCS**: what the standard's own message (ECS01a) cannot
 * say, as prices of more digits or a clock other than UTC, travels as a document whose bytes the supplier
 * signs with the command. What it says is for its readers; see packages/tariff.
 */
export type CarriedTariff = {
  /** Rises with every change, in one series with half-hourly tariffs; a meter refuses an older one. */
  readonly version: number
  readonly document: Uint8Array
}

/** So that the command fits, signed, into the answer of the meter that is asked for it. */
export const tariffDocumentBytesMax = 7_680

const isDocument = (bytes: Uint8Array): boolean =>
  bytes.length >= 1 && bytes.length <= tariffDocumentBytesMax

export const isCarriedTariff = ({ version, document }: CarriedTariff): boolean =>
  Number.isInteger(version) && version >= 0 && version <= 0xffff_ffff && isDocument(document)

/** The version of a tariff of either kind. */
export const tariffVersion: Field<{ readonly version: number }> = {
  name: 'version',
  bytes: 4,
  write: ({ version }) => u64(BigInt(version)).subarray(4),
  read: (bytes) => ({ version: Number(readU64(Uint8Array.of(0, 0, 0, 0, ...bytes))) }),
  say: ({ version }) => `${version}`,
}

/** `F3 | version u32 | document` */
export const tariffDocumentLayout: Layout<CarriedTariff> = [
  { ...constant('tariff document', 0xf3), say: () => 'ours, not GBCS' },
  tariffVersion,
  {
    name: 'document',
    bytes: (rest) => rest.length,
    write: ({ document }) => document,
    read: (bytes) => (isDocument(bytes) ? { document: bytes.slice() } : undefined),
    say: ({ document }) => new TextDecoder().decode(document),
  },
]
