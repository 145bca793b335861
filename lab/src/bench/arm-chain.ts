import { sign, verify, type KeyObject } from 'node:crypto'
import { correlate } from '@interlock/correlate'
import {
  buildRequest,
  buildResponse,
  openResponse,
  openSigned,
  parseRequest,
  signDocument,
  type RequestBody,
  type ServiceRequest,
  type ServiceResponse,
} from '@interlock/duis'
import {
  acceptCommand,
  addMac,
  decodeResponse,
  encodePreCommand,
  encodeResponse,
  signPreCommand,
} from '@interlock/gbcs'
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
 * What an arm costs everyone together, without network and disk: request, transform, signed answer, correlate, sign,
 * signed request, MAC, acceptance by the device, its signed response, and the signed answer that brings it.
 */
export function armChain({ originator, target, owner, broker, device, from }: ArmParties) {
  const named = ({ key }: { readonly key: PrivateKey }, serialHex: string) => ({
    key,
    publicKey: key.publicKey,
    issuer: 'CN=Bench',
    serialHex,
  })
  const user = named(crypto.generateKey(), '0b')
  const company = named(broker, '0c')
  const id = { originator, target, counter: 7n }
  const order = {
    controller: 1,
    direction: 'import',
    levelPercent: 100,
    from,
    until: plus(from, inHours(4)),
  } as const
  const request = (commandVariant: 4 | 5, body: RequestBody) => {
    const asked: ServiceRequest = { ...id, service: '7.13', commandVariant, body }
    return { asked, xml: signDocument(buildRequest(asked), user, crypto) }
  }
  const answer = (parts: { preCommand: Uint8Array } | { payload: Uint8Array }): string => {
    const answered = { request: id, service: '7.13', code: 'I0', at: from, ...parts } as const
    return signDocument(buildResponse(answered), company, crypto)
  }
  const open = (xml: string, asked: ServiceRequest): ServiceResponse => {
    const response = openResponse(xml, asked, company, crypto)
    assert(response.ok, 'the answer is the company’s')
    return response.value
  }
  const read = (xml: string): RequestBody => {
    const verified = openSigned(xml, user, crypto)
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
  /** Its four documents, signed. */
  const run = (): readonly string[] => {
    const first = request(4, { kind: 'loadControl', ...order })
    const wanted = read(first.xml)
    assert(wanted.kind === 'loadControl', 'the order came through')
    const { kind: _, ...values } = wanted
    const made = answer({ preCommand: encodePreCommand({ useCase: 'ECS47a', ...id, ...values }) })
    const { preCommand } = open(made, first.asked)
    assert(preCommand !== undefined, 'there is a pre-command')
    assert(correlate(first.xml, preCommand).ok, 'the pre-command is what was asked for')
    const payload = signPreCommand(preCommand, owner.key, crypto)
    const second = request(5, { kind: 'signedPreCommand', payload })
    const body = read(second.xml)
    assert(body.kind === 'signedPreCommand', 'the arm came through')
    const command = acceptCommand(addMac(body.payload, 'signed', sent, crypto), anchors, crypto)
    assert(command.ok, 'the device accepts it')
    const response = encodeResponse(
      command.value.command,
      { result: 'success' },
      device.key,
      crypto,
    )
    const judged = decodeResponse(response)
    assert(judged.ok, 'the response can be read')
    const { covered, signature } = judged.value
    assert(crypto.verify(device.key.publicKey, covered, signature), 'it is the device’s')
    const done = answer({ payload: response })
    open(done, second.asked)
    return [first.xml, made, second.xml, done]
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
