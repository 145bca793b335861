import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant, type Outcome } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  buildQuarantineAlert,
  buildResponse,
  openQuarantineAlert,
  openResponse,
  parseQuarantineAlert,
  parseResponse,
  signDocument,
  type Asked,
  type DuisProblem,
} from './index.ts'

const named = (serialHex: string) => {
  const { key } = crypto.generateKey()
  return { key, publicKey: key.publicKey, issuer: 'CN=Test', serialHex }
}
const company = named('1f2e')
const stranger = named('1f2f')
const impostor = { ...stranger, serialHex: company.serialHex }
const sign = (xml: string, by = company): string => signDocument(xml, by, crypto)

const request = {
  originator: eui64('02-00-00-00-00-00-00-01'),
  target: eui64('02-00-00-00-00-00-00-02'),
  counter: 1_000n,
}
const order: Asked = { ...request, service: '7.16', commandVariant: 4 }
const arm: Asked = { ...order, commandVariant: 5 }
const at = instant(Date.UTC(2026, 0, 5, 18))
const bytes = Uint8Array.of(0xdf, 9, 2)
const answer = { request, service: '7.16', code: 'I0', at } as const
const made = buildResponse({ ...answer, preCommand: bytes })
const done = buildResponse({ ...answer, payload: bytes })
const local = buildResponse({ ...answer, payload: bytes, localCommand: bytes })

const open = (xml: string, asked: Asked) => openResponse(xml, asked, company, crypto)
const reasonOf = (outcome: Outcome<unknown, DuisProblem>) => (outcome.ok ? 'taken' : outcome.reason)

test('an answer that the company has signed to this request is taken', () => {
  expect(open(sign(made), order)).toMatchObject({ ok: true, value: { preCommand: bytes } })
  expect(open(sign(done), arm)).toMatchObject({ ok: true, value: { code: 'I0', payload: bytes } })
  expect(open(sign(local), { ...arm, commandVariant: 7 })).toMatchObject({
    ok: true,
    value: { payload: bytes, localCommand: bytes },
  })
  const handed = buildResponse({ ...answer, localCommand: bytes })
  expect(open(sign(handed), { ...arm, commandVariant: 6 }).ok).toBe(true)
  const company = { ...arm, service: '8.13', commandVariant: 8 } as const
  expect(open(sign(buildResponse({ ...answer, service: '8.13' })), company).ok).toBe(true)
  const refusal = buildResponse({ ...answer, code: 'E111', detail: 'ADMegawattBreach 7' })
  expect(open(sign(refusal), arm)).toMatchObject({ ok: true, value: { code: 'E111' } })
  const older = { ...order, schemaVersion: '5.1' as const }
  const inIt = buildResponse({ ...answer, preCommand: bytes, schemaVersion: '5.1' })
  expect(open(sign(inIt), older).ok).toBe(true)
})

test.each<[string, string, Asked, DuisProblem]>([
  ['not signed', made, order, 'SignatureMissing'],
  ["signed with another's certificate", sign(made, stranger), order, 'SignerWrong'],
  ["signed by another in the company's name", sign(made, impostor), order, 'SignatureInvalid'],
  ['changed on the way', sign(made).replace('>I0<', '>W0<'), order, 'SignatureInvalid'],
  ['replayed for a later request', sign(made), { ...order, counter: 1_001n }, 'RequestMismatch'],
  [
    'replayed for another device',
    sign(done),
    { ...arm, target: arm.originator },
    'RequestMismatch',
  ],
  ['of another service', sign(done), { ...arm, service: '7.13' }, 'RequestMismatch'],
  ['of the other half of the exchange', sign(made), arm, 'RequestMismatch'],
  ['with a command that was not asked for', sign(local), arm, 'RequestMismatch'],
  [
    'without the copy that was asked for',
    sign(done),
    { ...arm, commandVariant: 7 },
    'RequestMismatch',
  ],
  [
    'with an answer to what no device was sent',
    sign(done),
    { ...arm, commandVariant: 6 },
    'RequestMismatch',
  ],
  ['of that half the other way round', sign(done), order, 'RequestMismatch'],
  ['that something is done, without proof', sign(buildResponse(answer)), arm, 'RequestMismatch'],
  [
    'that an unreadable request is done',
    sign(buildResponse({ code: 'I0', at })),
    arm,
    'RequestMismatch',
  ],
  ['in another schema version', sign(made), { ...order, schemaVersion: '5.1' }, 'RequestMismatch'],
])('an answer %s is refused by name, though it reads as one', (_what, xml, asked, reason) => {
  expect(reasonOf(open(xml, asked))).toBe(reason)
  // The attack: whoever read answers without this would act on every one of them.
  expect(parseResponse(xml)).toMatchObject({ ok: true })
})

test('a refusal of what could not be read needs no RequestID, but a signature', () => {
  const refusal = buildResponse({ code: 'E100', at })
  expect(open(sign(refusal), order)).toMatchObject({ ok: true, value: { code: 'E100' } })
  expect(reasonOf(open(refusal, order))).toBe('SignatureMissing')
})

test('an alert is believed when the company has signed it, and about the request that is meant', () => {
  const alert = { at, breach: 'ADUserThresholdBreach', request, reference: '7' } as const
  const xml = buildQuarantineAlert(alert)
  const opened = (text: string, about = request) =>
    openQuarantineAlert(text, about, company, crypto)
  expect(opened(sign(xml))).toEqual({ ok: true, value: alert })
  expect(reasonOf(opened(xml))).toBe('SignatureMissing')
  expect(reasonOf(opened(sign(xml, stranger)))).toBe('SignerWrong')
  expect(reasonOf(opened(sign(xml, impostor)))).toBe('SignatureInvalid')
  expect(reasonOf(opened(sign(xml).replace('>7<', '>8<')))).toBe('SignatureInvalid')
  expect(reasonOf(opened(sign(xml), { ...request, counter: 1_001n }))).toBe('RequestMismatch')
  expect(parseQuarantineAlert(xml)).toEqual({ ok: true, value: alert })
})
