import { buildRequest, buildResponse, codeOf, signDocument } from '@interlock/duis'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, fromHex, instant, toBase64 } from '@interlock/kernel'
import { writeVectors } from '../vector-json.ts'
import { misshapen, replaced, tampered } from './invalid.ts'
import { addressed, requests } from './samples.ts'

/** Writes `vectors/duis/documents.json`: signed documents, valid and invalid, from a key of our own. */
const { key } = crypto.generateKey()
const stranger = crypto.generateKey().key
const signer = { key, issuer: 'CN=Vectors', serialHex: '1f2e' }
const sign = (xml: string, by = signer): string => signDocument(xml, by, crypto)

const documents = requests.map(({ name, request }) => ({
  name,
  request,
  xml: buildRequest(request),
}))
const unsigned = (name: string): string => {
  const found = documents.find((each) => each.name === name)
  assert(found !== undefined, `there is a request called ${name}`)
  return found.xml
}
const withoutSample = ({ of: _of, from: _from, to: _to, ...rest }: (typeof misshapen)[number]) =>
  rest

const arm = unsigned('on-demand arm')
const bytes = fromHex('df0902') ?? new Uint8Array()
const { originator, target } = addressed
const counter = 1_000n
const response = { code: codeOf('Accepted'), at: instant(Date.UTC(2026, 0, 5, 18)) }
const responses = [
  { ...response, service: '7.16', preCommand: bytes },
  { ...response, service: '7.16', payload: bytes },
  { ...response, service: '7.16', localCommand: bytes },
  { ...response, service: '7.16', payload: bytes, localCommand: bytes },
  { ...response, code: codeOf('BudgetExceeded'), detail: '300 MW <used>' },
  { ...response, code: 'E65' as const, service: '11.2', schemaVersion: '5.1' as const },
].map((each) => {
  const value = { request: { originator, target, counter }, ...each }
  return { response: value, xml: sign(buildResponse(value)) }
})

/** Answers to a first half of 7.16 with that counter, each wrong in one way. */
const asked = { originator, target, counter, service: '7.16', commandVariant: 4 } as const
const answered = { ...response, request: { originator, target, counter }, service: '7.16' }
const made = buildResponse({ ...answered, preCommand: bytes })
const invalidResponses = [
  { name: 'not signed', reason: 'SignatureMissing', xml: made },
  {
    name: 'signed by a stranger',
    reason: 'SignatureInvalid',
    xml: sign(made, { ...signer, key: stranger }),
  },
  {
    name: 'signed with another certificate',
    reason: 'SignerWrong',
    xml: sign(made, { ...signer, key: stranger, serialHex: '1f2f' }),
  },
  { name: 'changed', reason: 'SignatureInvalid', xml: sign(made).replace('>I0<', '>I1<') },
  {
    name: 'to an earlier request',
    reason: 'RequestMismatch',
    xml: sign(made.replace(`:${counter}<`, `:${counter - 1n}<`)),
  },
  {
    name: 'to the second half',
    reason: 'RequestMismatch',
    xml: sign(buildResponse({ ...answered, payload: bytes })),
  },
]

writeVectors('vectors/duis/documents.json', {
  note: 'Made with a key for tests only, by tools/duis-vectors. Bytes are hex, the key base64.',
  publicKey: toBase64(key.publicKey.spki),
  issuer: signer.issuer,
  serialHex: signer.serialHex,
  valid: documents.map(({ name, request, xml }) => ({ name, xml: sign(xml), request })),
  invalid: [
    ...misshapen.map((fault) => ({
      ...withoutSample(fault),
      xml: sign(replaced(unsigned(fault.of), fault)),
    })),
    ...tampered.map((fault) => ({
      ...withoutSample(fault),
      xml: replaced(sign(unsigned(fault.of)), fault),
    })),
    { name: 'not signed', reason: 'SignatureMissing', xml: arm },
    {
      name: 'signed by a stranger',
      reason: 'SignatureInvalid',
      xml: sign(arm, { ...signer, key: stranger }),
    },
    { name: 'signed twice', reason: 'SignatureUnexpected', xml: sign(sign(arm)) },
  ],
  responses,
  asked,
  invalidResponses,
})
