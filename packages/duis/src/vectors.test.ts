import { readFileSync } from 'node:fs'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, fromBase64, ok, toHex, type Outcome } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { parseElements } from './element.ts'
import {
  buildRequest,
  buildResponse,
  duisProblems,
  openResponse,
  parseRequest,
  parseRequestId,
  parseResponse,
  services,
  openSigned,
  signerSerial,
  type DuisProblem,
  type ServiceRequest,
} from './index.ts'

type Vector = { name: string; xml: string; reason?: string; field?: string; request?: object }
const path = new URL('../../../vectors/duis/documents.json', import.meta.url)
const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
  publicKey: string
  serialHex: string
  valid: Vector[]
  invalid: Vector[]
  responses: { xml: string; response: object }[]
  asked: { originator: string; target: string; counter: string }
  invalidResponses: { name: string; xml: string; reason: string }[]
}
const key = crypto.publicKey(fromBase64(vectors.publicKey) ?? new Uint8Array())
assert(key !== undefined, 'the vectors have a key')
const signer = { publicKey: key, serialHex: vectors.serialHex }

/** As the DCC does: nothing is read but what the signature covers. */
function receive(xml: string): Outcome<ServiceRequest, DuisProblem> {
  const verified = openSigned(xml, signer, crypto)
  return verified.ok ? parseRequest(verified.value.xml) : verified
}
/** As the vectors spell it: bytes in hex, counters in decimal. */
const spelled = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, each: unknown) =>
      each instanceof Uint8Array ? toHex(each) : typeof each === 'bigint' ? `${each}` : each,
    ),
  )

test.each(vectors.valid)('valid vector: $name', ({ xml, request }) => {
  expect(signerSerial(xml)).toEqual(ok(vectors.serialHex))
  const read = receive(xml)
  if (!read.ok) throw new Error(`${read.reason} ${read.detail}`)
  expect(spelled(read.value)).toEqual(request)
  // Written again it is what the signature covers.
  const again = parseElements(buildRequest(read.value))
  const whole = parseElements(xml)
  if (!again.ok || !whole.ok) throw new Error('a vector is XML')
  expect(again.value.children).toEqual(whole.value.children.slice(0, -1))
})

test.each(vectors.invalid)('invalid vector: $name', ({ xml, reason, field }) => {
  const read = receive(xml)
  expect(read.ok ? 'accepted' : read.reason).toBe(reason)
  if (field !== undefined) expect(read.ok ? '' : read.detail).toMatch(new RegExp(`^${field}: .`))
})

test.each(vectors.responses)('response vector: $response.code', ({ xml, response }) => {
  const signed = openSigned(xml, signer, crypto)
  const read = signed.ok ? parseResponse(signed.value.xml) : signed
  if (!read.ok) throw new Error(`${read.reason} ${read.detail}`)
  expect(spelled(read.value)).toEqual(response)
  // Written again it is what the signature covers.
  expect(xml).toContain(buildResponse(read.value).replace('</sr:Response>', ''))
})

test.each(vectors.invalidResponses)('invalid response vector: $name', ({ xml, reason }) => {
  const { originator, target, counter } = vectors.asked
  const id = parseRequestId(`${originator}:${target}:${counter}`)
  assert(id !== undefined, 'the vectors name a request')
  const asked = { ...id, service: '7.16', commandVariant: 4 } as const
  const read = openResponse(xml, asked, signer, crypto)
  expect(read.ok ? 'accepted' : read.reason).toBe(reason)
})

test('the vectors have every body of every service request, and every problem but of size', () => {
  const shapes = Object.entries(services).flatMap(([service, { variants }]) =>
    Object.entries(variants).flatMap(([variant, kinds]) =>
      kinds.map((kind) => `${service} ${variant} ${kind}`),
    ),
  )
  const found = vectors.valid.map(({ xml }) => {
    const read = receive(xml)
    return read.ok
      ? `${read.value.service} ${read.value.commandVariant} ${read.value.body.kind}`
      : ''
  })
  expect(found.toSorted()).toEqual(shapes.toSorted())
  const ofSize = ['TooLarge', 'TooDeep']
  const invalid = [...vectors.invalid, ...vectors.invalidResponses]
  const reasons = new Set([...invalid.map(({ reason }) => reason), ...ofSize])
  expect(reasons).toEqual(new Set(Object.keys(duisProblems)))
})
