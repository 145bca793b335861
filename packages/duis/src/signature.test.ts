import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, fromIso, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  buildRequest,
  parseRequest,
  signDocument,
  signerSerial,
  verifySigned,
  type ServiceRequest,
} from './index.ts'

const at = (text: string) => fromIso(text) ?? instant(0)
const request: ServiceRequest = {
  originator: eui64('00-00-00-00-00-00-00-0A'),
  target: eui64('00-00-00-00-00-00-00-0B'),
  counter: 1002n,
  service: '7.16',
  commandVariant: 4,
  body: {
    kind: 'loadControl',
    controller: 1,
    direction: 'import',
    levelPercent: 0,
    from: at('2026-01-05T18:00:00Z'),
    until: at('2026-01-06T18:00:00Z'),
  },
}
const key = crypto.generateKey().key
const signer = { key, issuer: 'CN=Smart meter issuing', serialHex: '1f2e' }
const unsigned = buildRequest(request)
const signed = signDocument(unsigned, signer, crypto)
const outcome = (xml: string, with_ = key.publicKey): string => {
  const verified = verifySigned(xml, with_, crypto)
  return verified.ok ? 'accepted' : verified.reason
}
const replaced = (from: string | RegExp, to: string): string => {
  const changed = signed.replace(from, to)
  expect(changed).not.toBe(signed)
  return changed
}

test('what verifies is read from what the signature covers', () => {
  const verified = verifySigned(signed, key.publicKey, crypto)
  if (!verified.ok) throw new Error(verified.reason)
  expect(verified.value.xml).not.toContain('Signature')
  const read = parseRequest(verified.value.xml)
  expect(read.ok && read.value).toEqual(request)
  expect(signerSerial(signed)).toEqual({ ok: true, value: '1f2e' })
})

test('white space between the elements changes nothing but what it is part of', () => {
  const spaced = signDocument(unsigned.replaceAll('><', '>\n  <'), signer, crypto)
  expect(outcome(spaced)).toBe('accepted')
  expect(outcome(spaced.replace('</ds:Signature>', '</ds:Signature>\n') + '\n')).toBe(
    'SignatureInvalid',
  )
})

test('a document without a signature, or signed with another key, is refused', () => {
  expect(outcome(unsigned)).toBe('SignatureMissing')
  expect(outcome(signed, crypto.generateKey().key.publicKey)).toBe('SignatureInvalid')
})

test('any changed character of what is signed is refused', () => {
  const end = signed.indexOf('<ds:Signature')
  for (let position = signed.indexOf('?>') + 2; position < end; position++) {
    const other = signed[position] === '1' ? '2' : '1'
    const changed = signed.slice(0, position) + other + signed.slice(position + 1)
    expect(outcome(changed)).not.toBe('accepted')
  }
})

test('a changed signature value or digest is refused', () => {
  expect(outcome(replaced(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA'))).toBe(
    'SignatureInvalid',
  )
  expect(outcome(replaced(/<ds:DigestValue>..../, '<ds:DigestValue>AAAA'))).toBe('SignatureInvalid')
})

const signature = /<ds:Signature[ >].*<\/ds:Signature>/s.exec(signed)?.[0] ?? ''
const evil = unsigned.replace('<?xml version="1.0" encoding="UTF-8"?>', '').replace('>0<', '>100<')
const inner = signed.replace('<?xml version="1.0" encoding="UTF-8"?>', '')

const wrappings: readonly (readonly [string, string])[] = [
  [
    'a forged root around the signed request',
    evil.replace('</sr:Request>', `${inner}</sr:Request>`),
  ],
  [
    'the signed request inside the signature of a forged one',
    evil.replace(
      '</sr:Request>',
      `${signature.replace('</ds:Signature>', `<ds:Object>${inner}</ds:Object></ds:Signature>`)}</sr:Request>`,
    ),
  ],
  [
    'the signature moved to a forged request',
    evil.replace('</sr:Request>', `${signature}</sr:Request>`),
  ],
  ['a second body after the signature', replaced('</sr:Request>', '<sr:Body/></sr:Request>')],
  ['a second signature', replaced('</sr:Request>', `${signature}</sr:Request>`)],
  ['a signature in the header', replaced('</sr:Header>', `${signature}</sr:Header>`)],
  ['a signature in the header only', unsigned.replace('</sr:Header>', `${signature}</sr:Header>`)],
  [
    'a second SignedInfo',
    replaced(
      '</ds:SignedInfo>',
      `</ds:SignedInfo>${/<ds:SignedInfo.*<\/ds:SignedInfo>/s.exec(signed)?.[0]}`,
    ),
  ],
  [
    'a second reference',
    replaced(
      '</ds:Reference>',
      `</ds:Reference>${/<ds:Reference.*<\/ds:Reference>/s.exec(signed)?.[0]}`,
    ),
  ],
  ['a reference by id', replaced('URI=""', 'URI="#body"')],
  [
    'an XPath transform',
    replaced(
      'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
      'http://www.w3.org/TR/1999/REC-xpath-19991116',
    ),
  ],
  ['canonicalisation with comments', replaced('xml-exc-c14n#"', 'xml-exc-c14n#WithComments"')],
  [
    'an HMAC in place of ECDSA',
    replaced('2001/04/xmldsig-more#ecdsa-sha256', '2000/09/xmldsig#hmac-sha1'),
  ],
  ['a weaker digest', replaced('2001/04/xmlenc#sha256', '2000/09/xmldsig#sha1')],
  ['a comment in the digest', replaced(/<ds:DigestValue>/, '<ds:DigestValue><!-- x -->')],
  ['an object in the signature', replaced('</ds:Signature>', '<ds:Object/></ds:Signature>')],
]

test.each(wrappings)('%s is refused', (_name, xml) => {
  expect(outcome(xml)).not.toBe('accepted')
})

test('the largest request is signed and verified within its limits', () => {
  const prices = Array.from({ length: 1_488 }, (_, index) => 7 - index * 1000)
  const tariff = { kind: 'tariff', version: 1, from: at('2026-01-05T00:00:00Z'), prices } as const
  const xml = buildRequest({ ...request, service: '1.1.1', body: tariff })
  const verified = verifySigned(signDocument(xml, signer, crypto), key.publicKey, crypto)
  if (!verified.ok) throw new Error(verified.reason)
  const read = parseRequest(verified.value.xml)
  expect(read.ok && read.value.body).toEqual(tariff)
})
