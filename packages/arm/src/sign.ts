import { concat, toBase64Url } from './bytes.ts'
import type { CheckedArm } from './check.ts'
import type { ArmKey } from './key.ts'

/** A signed pre-command, ready for the smart-meter network. */
export type SignedArm = {
  /** `DF 09` … content, `40`, signature r‖s. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** SHA-256 over those bytes, base64url: what a trigger names as its `arm`. */
  readonly digest: string
}

/**
 * Signs what was checked, on the person's gesture and never before. The signature covers every byte
 * after the leading `DF` up to the end of the content.
 */
export async function signArm(arm: CheckedArm, key: ArmKey): Promise<SignedArm> {
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signed = arm.bytes.slice(1)
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, key.privateKey, signed))
  const bytes = concat(arm.bytes, Uint8Array.of(0x40), signature)
  return { bytes, digest: await armDigest(bytes) }
}

/** SHA-256, base64url, over a signed pre-command. */
export async function armDigest(signed: Uint8Array): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', concat(signed))))
}
