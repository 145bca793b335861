import type { HeadSpan, SaidHead } from '@interlock/contract'
import {
  canonicalJson,
  fromBase64Url,
  toBase64Url,
  utf8,
  type Crypto,
  type Eui64,
  type Instant,
  type PublicKey,
} from '@interlock/kernel'
import { detachedInput, encodeJson } from '../jws.ts'
import type { Author } from './head.ts'

/** An author as who verifies what it stated knows it. */
type Stater = Pick<Author, 'eui' | 'thumbprint'>

/** Of a JWS with a detached payload (RFC 7515 appendix F), of which both parts are known to who verifies. */
function signedBytes(head: HeadSpan & { readonly at: number }, { eui, thumbprint }: Stater) {
  const { topic, to, first, firstAt, last, lastAt, at } = head
  const statement = { purpose: 'head', author: eui, topic, to, first, firstAt, last, lastAt, at }
  const header = { alg: 'ES256', typ: 'interlock-head', 'x5t#S256': thumbprint }
  return detachedInput(encodeJson(header), utf8(canonicalJson(statement)))
}

/** Signs how far an author has come on a topic with one audience, as of `at`: whoever hands it on cannot change it. */
export function signHead(span: HeadSpan, at: Instant, author: Author, crypto: Crypto): SaidHead {
  const signature = crypto.sign(author.key, signedBytes({ ...span, at }, author))
  return { ...span, at, signature: toBase64Url(signature) }
}

/** Whether that author has signed that. */
export function headHolds(
  head: SaidHead,
  author: Stater & { readonly eui: Eui64; readonly publicKey: PublicKey },
  crypto: Crypto,
): boolean {
  const signature = fromBase64Url(head.signature)
  return (
    signature !== undefined && crypto.verify(author.publicKey, signedBytes(head, author), signature)
  )
}
