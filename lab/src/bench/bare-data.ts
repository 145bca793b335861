import { createPrivateKey, createPublicKey } from 'node:crypto'
import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import type { SealedMessage } from '@interlock/contract'
import { assert, fromBase64Url, toBase64Url, utf8 } from '@interlock/kernel'
import { bareSign, bareVerify } from './bare-calls.ts'
import { bareDecrypt, bareEncrypt, bareUnwrap, bareWrap } from './bare-seal.ts'

/** The calls of `node:crypto` inside the sealing and the opening of one message, of as many bytes. */
export type BareData = {
  /** Signs if there is a signer, and encrypts for all readers; what {@link open} then has. */
  readonly seal: () => void
  /** Verifies if there is a signer, and decrypts as one reader, what `seal` last made. */
  readonly open: () => void
}

const tagBytes = 16

export function bareData(
  sample: SealedMessage,
  signerPem: string | undefined,
  readerPems: readonly string[],
): BareData {
  const head = utf8(sample.head)
  const body = fromBase64Url(sample.body)
  assert(body !== undefined, 'a body is base64url')
  const content = body.subarray(tagBytes)
  const signed = utf8(`${sample.head}.${toBase64Url(crypto.sha256(content))}`)
  const signer = signerPem === undefined ? undefined : createPrivateKey(signerPem)
  const verifier = signer && createPublicKey(signer)
  const [opening] = readerPems.map((pem) => createPrivateKey(pem))
  const handles = readerPems.map((pem) => createPublicKey(pem))
  const contentKey = entropy.bytes(32)
  const make = () => ({
    signature: signer && bareSign(signer, signed),
    wrapped: handles.map((each) => bareWrap(each, contentKey, head)),
    sealed: bareEncrypt(contentKey, head, content),
  })
  let made = make()
  return {
    seal: () => void (made = make()),
    open() {
      const { signature, sealed } = made
      const [wrapped] = made.wrapped
      if (verifier !== undefined && signature !== undefined) bareVerify(verifier, signed, signature)
      if (opening !== undefined && wrapped !== undefined) bareUnwrap(opening, wrapped, head)
      bareDecrypt(contentKey, head, sealed)
    },
  }
}
