import { excerpt, fromBase64, ok, refused, toBase64, utf8 } from '@interlock/kernel'
import type { Crypto, Outcome, PrivateKey, PublicKey } from '@interlock/kernel'
import { SignedXml, type SignatureAlgorithm } from 'xml-crypto'
import { childrenOf, elementsOf, isPlain, parseDom, textOf, type Element } from './element.ts'
import type { DuisProblem } from './problems.ts'
import { namespaces } from './services.ts'
import { element } from './write.ts'

/** The only algorithms there are: nothing in a document can choose another. */
const algorithms = {
  canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  signature: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
} as const

/** Whose signature: the key, and the certificate it is found by. */
export type XmlSigner = {
  readonly key: PrivateKey
  /** Distinguished name of the certificate's issuer. */
  readonly issuer: string
  /** Serial number of the certificate, hex. */
  readonly serialHex: string
}

/** Signs a document: enveloped, exclusive canonicalisation, ECDSA P-256 with SHA-256. */
export function signDocument(xml: string, signer: XmlSigner, crypto: Crypto): string {
  const signed = newSignedXml(crypto, { key: signer.key })
  const keyInfo = element(
    'ds:X509Data',
    {},
    element(
      'ds:X509IssuerSerial',
      {},
      element('ds:X509IssuerName', {}, signer.issuer),
      element('ds:X509SerialNumber', {}, BigInt(`0x${signer.serialHex}`).toString()),
    ),
  )
  signed.getKeyInfoContent = () => keyInfo.xml
  signed.addReference({
    xpath: '/*',
    transforms: [algorithms.enveloped, algorithms.canonicalization],
    digestAlgorithm: algorithms.digest,
    uri: '',
    isEmptyUri: true,
  })
  signed.computeSignature(xml, { prefix: 'ds', location: { reference: '/*', action: 'append' } })
  return signed.getSignedXml()
}

export type Verified = {
  /** What the signature covers, canonical and without the signature: read only this. */
  readonly xml: string
}

/** Whom a document must be signed by: the key, and the certificate that it is known by. */
export type KnownSigner = {
  readonly publicKey: PublicKey
  /** Serial number of the certificate, hex. */
  readonly serialHex: string
}

/** Serial number (hex) of the certificate that a signed document says it was signed with. */
export function signerSerial(xml: string): Outcome<string, DuisProblem> {
  const opened = open(xml)
  return opened.ok ? serialOf(opened.value.signature) : opened
}

/**
 * Verifies the one signature of a document, which must be the last child of its root and cover the
 * whole of the rest; gives back exactly what was covered, so that nothing else can be read.
 */
export function verifySigned(
  xml: string,
  key: PublicKey,
  crypto: Crypto,
): Outcome<Verified, DuisProblem> {
  const opened = open(xml)
  return opened.ok ? verify(opened.value, xml, key, crypto) : opened
}

/** The same for a document that must name this signer's certificate. */
export function openSigned(
  xml: string,
  signer: KnownSigner,
  crypto: Crypto,
): Outcome<Verified, DuisProblem> {
  const opened = open(xml)
  if (!opened.ok) return opened
  const serial = serialOf(opened.value.signature)
  if (!serial.ok) return serial
  if (BigInt(`0x${serial.value}`) !== BigInt(`0x${signer.serialHex}`))
    return refused('SignerWrong', serial.value)
  return verify(opened.value, xml, signer.publicKey, crypto)
}

type Opened = { readonly dom: Document; readonly signature: Element }

function open(xml: string): Outcome<Opened, DuisProblem> {
  const dom = parseDom(xml)
  if (!dom.ok) return dom
  const signature = signatureIn(dom.value)
  return signature.ok ? ok({ dom: dom.value, signature: signature.value }) : signature
}

function verify(
  { dom, signature }: Opened,
  xml: string,
  key: PublicKey,
  crypto: Crypto,
): Outcome<Verified, DuisProblem> {
  if (!hasAgreedShape(signature)) return refused('SignatureUnexpected')
  const node = Array.from(dom.documentElement.childNodes).findLast(isElement)
  if (node === undefined) return refused('SignatureMissing')
  try {
    const signed = newSignedXml(crypto, { verify: key })
    signed.loadSignature(node)
    if (!signed.checkSignature(xml)) return refused('SignatureInvalid')
    const [covered, ...more] = signed.getSignedReferences()
    if (covered === undefined || more.length > 0) return refused('SignatureUnexpected')
    return ok({ xml: covered })
  } catch (error) {
    return refused('SignatureInvalid', error instanceof Error ? excerpt(error.message) : '')
  }
}

/** The signature element: exactly one in the document, the last child of the root. */
function signatureIn(dom: Document): Outcome<Element, DuisProblem> {
  const root = elementsOf(dom)
  if (!root.ok) return root
  const count = countSignatures(root.value)
  if (count === 0) return refused('SignatureMissing')
  const last = root.value.children.at(-1)
  if (count > 1 || last === undefined || !isSignature(last)) return refused('SignatureUnexpected')
  return ok(last)
}

const isElement = (node: ChildNode): boolean => node.nodeType === 1

const isSignature = (node: Element): boolean =>
  node.namespace === namespaces.ds && node.name === 'Signature'
/** In whatever namespace, at whatever depth. */
const countSignatures = (node: Element): number =>
  node.children.reduce(
    (count, child) => count + countSignatures(child),
    node.name === 'Signature' ? 1 : 0,
  )

/** Nothing in the signature but what `signDocument` writes, and our algorithms in it. */
function hasAgreedShape(signature: Element): boolean {
  const parts = childrenOf(signature, 'SignedInfo', 'SignatureValue', 'KeyInfo')
  const info = parts?.get('SignedInfo')
  const fields = info && childrenOf(info, 'CanonicalizationMethod', 'SignatureMethod', 'Reference')
  const reference = fields?.get('Reference')
  const inner = reference && childrenOf(reference, 'Transforms', 'DigestMethod', 'DigestValue')
  const transforms = inner?.get('Transforms')?.children ?? []
  return (
    names(fields?.get('CanonicalizationMethod'), algorithms.canonicalization) &&
    names(fields?.get('SignatureMethod'), algorithms.signature) &&
    reference !== undefined &&
    isPlain(reference, 'Reference', 'URI') &&
    reference.attributes.get('URI') === '' &&
    transforms.length === 2 &&
    names(transforms[0], algorithms.enveloped) &&
    names(transforms[1], algorithms.canonicalization) &&
    names(inner?.get('DigestMethod'), algorithms.digest)
  )
}

const names = (node: Element | undefined, algorithm: string): boolean =>
  node !== undefined &&
  node.namespace === namespaces.ds &&
  isPlain(node, node.name, 'Algorithm') &&
  node.children.length === 0 &&
  node.attributes.get('Algorithm') === algorithm

function serialOf(signature: Element): Outcome<string, DuisProblem> {
  const info = childrenOf(signature, 'SignedInfo', 'SignatureValue', 'KeyInfo')?.get('KeyInfo')
  const data = info && childrenOf(info, 'X509Data')?.get('X509Data')
  const pair = data && childrenOf(data, 'X509IssuerSerial')?.get('X509IssuerSerial')
  const parts = pair && childrenOf(pair, 'X509IssuerName', 'X509SerialNumber')
  const serial = textOf(parts, 'X509SerialNumber')
  if (!/^[1-9]\d{0,60}$/.test(serial)) return refused('SignatureUnexpected', 'KeyInfo')
  return ok(BigInt(serial).toString(16))
}

/** An xml-crypto object that knows our algorithms only and never takes a key from a document. */
function newSignedXml(
  crypto: Crypto,
  keys: { readonly key?: PrivateKey; readonly verify?: PublicKey },
): SignedXml {
  class EcdsaSha256 implements SignatureAlgorithm {
    getSignature = (signedInfo: unknown): string => {
      if (keys.key === undefined || typeof signedInfo !== 'string') throw new TypeError('no key')
      return toBase64(crypto.sign(keys.key, utf8(signedInfo)))
    }
    verifySignature = (material: string, _key: unknown, value: string): boolean => {
      const signature = fromBase64(value)
      if (keys.verify === undefined || signature === undefined) return false
      return crypto.verify(keys.verify, utf8(material), signature)
    }
    getAlgorithmName = (): string => algorithms.signature
  }
  const signed = new SignedXml({
    // xml-crypto insists on key material of its own; ours never passes through it.
    privateKey: 'unused',
    publicCert: 'unused',
    getCertFromKeyInfo: () => null,
    signatureAlgorithm: algorithms.signature,
    canonicalizationAlgorithm: algorithms.canonicalization,
  })
  signed.SignatureAlgorithms = { [algorithms.signature]: EcdsaSha256 }
  signed.HashAlgorithms = only(signed.HashAlgorithms, algorithms.digest)
  signed.CanonicalizationAlgorithms = only(
    signed.CanonicalizationAlgorithms,
    algorithms.canonicalization,
    algorithms.enveloped,
  )
  return signed
}

const only = <Value>(
  table: Record<string, Value>,
  ...keys: readonly string[]
): Record<string, Value> =>
  Object.fromEntries(Object.entries(table).filter(([key]) => keys.includes(key)))
