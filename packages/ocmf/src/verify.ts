import { excerpt, ok, refused, utf8, type Outcome } from '@interlock/kernel'
import { algorithmOf, defaultAlgorithm, type Algorithm } from './algorithms.ts'
import { rawSignature } from './ecdsa-signature.ts'
import { bytesOf } from './encoding.ts'
import type { OcmfProblem } from './problems.ts'
import { publicKeyOf, sameKey } from './public-key.ts'
import { parseRecord, type OcmfRecord } from './record.ts'

/**
 * The host's ECDSA over every curve of the format. `spki` is DER, `signature` r‖s. False for whatever
 * does not verify, a point off the curve included; never throws.
 */
export type VerifyEcdsa = (
  algorithm: Algorithm,
  spki: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
) => boolean

/**
 * Whether `text` was signed with the private half of `publicKey`, over its very characters. Who the
 * key belongs to is for whoever has the register to say.
 *
 * @param publicKey hex or base64, as it came beside the record
 */
export function verifyRecord(
  text: string,
  publicKey: string | undefined,
  verifyEcdsa: VerifyEcdsa,
): Outcome<OcmfRecord, OcmfProblem> {
  const parsed = parseRecord(text)
  if (!parsed.ok) return parsed
  const record = parsed.value
  const name = record.algorithm ?? defaultAlgorithm
  const algorithm = algorithmOf(name)
  if (algorithm === undefined) return refused('AlgorithmUnknown', excerpt(name))
  if (publicKey === undefined) return refused('KeyMissing')
  const key = publicKeyOf(publicKey, algorithm.curve)
  if (!key.ok) return key
  const bytes = bytesOf(record.signature)
  const signature = bytes && rawSignature(bytes, algorithm.curve)
  if (signature === undefined) return refused('SignatureUnreadable')
  return verifyEcdsa(algorithm, key.value, utf8(record.signed), signature)
    ? ok(record)
    : refused('SignatureInvalid')
}

/**
 * The same by the key that is known to be the meter's, where there is one. It alone decides: whoever forges a record
 * can put a key beside it.
 *
 * @param beside the key that came with the record
 */
export function verifyByGiven(
  text: string,
  given: string | undefined,
  beside: string | undefined,
  verifyEcdsa: VerifyEcdsa,
): Outcome<OcmfRecord, OcmfProblem> {
  if (given === undefined || beside === undefined)
    return verifyRecord(text, given ?? beside, verifyEcdsa)
  const outcome = verifyRecord(text, given, verifyEcdsa)
  if (outcome.ok)
    return sameKey(given, beside, outcome.value)
      ? outcome
      : refused('KeySwapped', 'the record is by the given one all the same')
  return verifyRecord(text, beside, verifyEcdsa).ok
    ? refused('KeySwapped', 'the record is by the one in the file')
    : outcome
}
