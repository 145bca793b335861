import { Type, type Static } from 'typebox'
import { Ci, list, Text } from './fields.ts'

/** One signed reading (§10.4.8), unchanged from the meter. */
export const SignedValue = Type.Object({
  /** `Start`, `End` or `Intermediate`; others may come. */
  nature: Ci(32),
  /** What was signed, readable. Version 2.3.0 permits this length; 2.2.1 a tenth of it. */
  plain_data: Text(5_000),
  /** The record with its signature, base64. */
  signed_data: Text(5_000),
})
export type SignedValue = Static<typeof SignedValue>

/** What proves the energy of a record (§10.4.7). */
export const SignedData = Type.Object({
  /** `OCMF`, for ours. */
  encoding_method: Ci(36),
  encoding_method_version: Type.Optional(Type.Integer({ minimum: 0 })),
  /** As the operator says; the key that counts is that of the register. */
  public_key: Type.Optional(Text(512)),
  signed_values: list(SignedValue, 1),
  url: Type.Optional(Text(512)),
})
export type SignedData = Static<typeof SignedData>
