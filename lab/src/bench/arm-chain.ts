import { sign, verify, type KeyObject } from 'node:crypto'
import { correlate } from '@interlock/correlate'
import {
  buildRequest,
  parseRequest,
  signDocument,
  signerSerial,
  verifySigned,
  type RequestBody,
  type XmlSigner,
} from '@interlock/duis'
import { acceptCommand, addMac, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, inHours, plus, type Eui64, type Instant } from '@interlock/kernel'
import type { PrivateKey, PublicKey } from '@interlock/kernel'
import { SignedXml, type SignatureAlgorithm } from 'xml-crypto'

/** Who takes part in one arm. */
export type ArmParties = {
  readonly originator: Eui64
  readonly target: Eui64
  readonly owner: { readonly key: PrivateKey }
  readonly broker: { readonly key: PrivateKey }
  readonly device: { readonly key: PrivateKey }
  readonly from: Instant
}

/**
 * What an arm costs everyone together, without network and disk: request, transform, correlate, sign, signed request,
 * MAC, and acceptance by the device.
 */
export function armChain({ originator, target, owner, broker, device, from }: ArmParties) {
  const user = crypto.generateKey()
  const signer: XmlSigner = { key: user.key, issuer: 'CN=Bench', serialHex: '0b' }
  const id = { originator, target, counter: 7n }
  const order = {
    controller: 1,
    direction: 'import',
    levelPercent: 100,
    from,
    until: plus(from, inHours(4)),
  } as const
  const request = (commandVariant: 4 | 5, body: RequestBody): string =>
    signDocument(buildRequest({ ...id, service: '7.13', commandVariant, body }), signer, crypto)
  const read = (xml: string): RequestBody => {
    assert(signerSerial(xml).ok, 'the signer is named')
    const verified = verifySigned(xml, user.key.publicKey, crypto)
    assert(verified.ok, 'the request is signed')
    const parsed = parseRequest(verified.value.xml)
    assert(parsed.ok, 'the request can be read')
    return parsed.value.body
  }
  const sent = { own: broker.key, peer: device.key.publicKey }
  const anchors = {
    eui: target,
    keyAgreement: device.key,
    brokerKey: broker.key.publicKey,
    signer: (): PublicKey => owner.key.publicKey,
    lastCounter: () => 6n,
  }
  const run = (): { readonly asked: string; readonly armed: string } => {
    const asked = request(4, { kind: 'loadControl', ...order })
    const wanted = read(asked)
    assert(wanted.kind === 'loadControl', 'the order came through')
    const { kind: _, ...values } = wanted
    const preCommand = encodePreCommand({ useCase: 'ECS47a', ...id, ...values })
    assert(correlate(asked, preCommand).ok, 'the pre-command is what was asked for')
    const payload = signPreCommand(preCommand, owner.key, crypto)
    const armed = request(5, { kind: 'signedPreCommand', payload })
    const body = read(armed)
    assert(body.kind === 'signedPreCommand', 'the arm came through')
    const command = addMac(body.payload, 'signed', sent, crypto)
    assert(acceptCommand(command, anchors, crypto).ok, 'the device accepts it')
    return { asked, armed }
  }
  return run
}

const algorithms = {
  c14n: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  signature: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
}
const dsaEncoding = 'ieee-p1363'

/** Signs and verifies one document by the library alone; it checks nothing else of it. */
export function bareXml(keys: { readonly own: KeyObject; readonly peer: KeyObject }) {
  class Ecdsa implements SignatureAlgorithm {
    getSignature = (info: unknown): string =>
      sign('sha256', Buffer.from(String(info)), { key: keys.own, dsaEncoding }).toString('base64')
    verifySignature = (material: string, _key: unknown, value: string): boolean =>
      verify(
        'sha256',
        Buffer.from(material),
        { key: keys.peer, dsaEncoding },
        Buffer.from(value, 'base64'),
      )
    getAlgorithmName = (): string => algorithms.signature
  }
  const open = (): SignedXml => {
    const signed = new SignedXml({
      privateKey: 'unused',
      publicCert: 'unused',
      getCertFromKeyInfo: () => null,
      signatureAlgorithm: algorithms.signature,
      canonicalizationAlgorithm: algorithms.c14n,
    })
    signed.SignatureAlgorithms = { [algorithms.signature]: Ecdsa }
    return signed
  }
  return (xml: string): void => {
    const signing = open()
    signing.addReference({
      xpath: '/*',
      transforms: [algorithms.enveloped, algorithms.c14n],
      digestAlgorithm: algorithms.digest,
      uri: '',
      isEmptyUri: true,
    })
    signing.computeSignature(xml, { prefix: 'ds', location: { reference: '/*', action: 'append' } })
    const made = signing.getSignedXml()
    const verifying = open()
    verifying.loadSignature(signing.getSignatureXml())
    assert(verifying.checkSignature(made), 'the bare signature verifies')
  }
}
