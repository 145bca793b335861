import { fromBase64, ok, refused, utf8, type Outcome } from '@interlock/kernel'
import {
  algorithmOf,
  defaultAlgorithm,
  publicKeyOf,
  readReceipt,
  type MeteringReceipt,
  type VerifyEcdsa,
} from '@interlock/ocmf'
import type { SignedValue } from '@interlock/ocpi'

/**
 * What a vehicle has signed, once its signature is verified. This is the one place that knows the form: a JSON of this
 * system, signed character by character. What vehicles sign by ISO 15118 (`MeteringReceiptReq` of -2,
 * `MeteringConfirmationReq` of -20) is a digest over an EXI fragment inside XML Signature; whoever reads that opens it
 * here, to the same fields, and nothing behind it changes.
 */
export function openReceipt(
  { plain_data: text, signed_data: signed }: Pick<SignedValue, 'plain_data' | 'signed_data'>,
  /** Of the driver's contract, hex or base64. */
  key: string,
  verifyEcdsa: VerifyEcdsa,
): Outcome<MeteringReceipt, 'ReceiptUnreadable' | 'ReceiptInvalid'> {
  const receipt = readReceipt(text)
  const signature = fromBase64(signed)
  if (receipt === undefined || signature === undefined) return refused('ReceiptUnreadable')
  const algorithm = algorithmOf(defaultAlgorithm)
  const spki = algorithm && publicKeyOf(key, algorithm.curve)
  const isSigned =
    algorithm !== undefined &&
    spki?.ok === true &&
    verifyEcdsa(algorithm, spki.value, utf8(text), signature)
  return isSigned ? ok(receipt) : refused('ReceiptInvalid')
}
