import { rmSync } from 'node:fs'
import {
  buildQuarantineAlert,
  buildResponse,
  parseRequest,
  signDocument,
  type ServiceRequest,
} from '@interlock/duis'
import { eui64, Fault, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { duisClient } from './duis-client.ts'
import { createHierarchy } from './hierarchy.fixture.ts'
import type { HttpClient, HttpResponse } from './http-client.ts'
import { documentSigner, type Identity } from './identity.ts'
import { nodeCrypto as crypto } from './node-crypto.ts'
import { pinPeer, type PinnedPeer } from './pinned-peer.ts'
import { temporaryDir, writeAtomic } from './files.ts'

const hierarchy = createHierarchy()
const user = hierarchy.certify('dsrsp')
const company = hierarchy.certify('dcc')
/** A certificate that TLS would take for the company's. */
const otherCompany = hierarchy.certify('dcc')

const addressed = {
  originator: user.peer.organisation,
  target: eui64('02-00-00-00-00-00-00-02'),
  counter: 1_000n,
}
const request: ServiceRequest = {
  ...addressed,
  service: '7.16',
  commandVariant: 5,
  body: { kind: 'signedPreCommand', payload: Uint8Array.of(1) },
}
const answer = { request: addressed, service: '7.16', at: instant(0) } as const
const done = buildResponse({ ...answer, code: 'I0', payload: Uint8Array.of(2) })
const held = buildResponse({ ...answer, code: 'E119', detail: 'ADUserThresholdBreach 7' })
const alert = buildQuarantineAlert({
  at: instant(0),
  breach: 'ADUserThresholdBreach',
  request: addressed,
  reference: '7',
})
const signed = (xml: string, by: Identity = company): string =>
  signDocument(xml, documentSigner(by), crypto)

/** A client before that answer, and what it puts on the record. */
function asking(
  posted: string | HttpResponse,
  got: string | HttpResponse | Fault = '',
  pin?: PinnedPeer,
) {
  const records: unknown[] = []
  const paths: string[] = []
  const replied = (body: string | HttpResponse): HttpResponse =>
    typeof body === 'string' ? { status: 200, body } : body
  const http: HttpClient = {
    async request(method, url, body) {
      paths.push(`${method} ${url}`)
      if (method === 'POST') {
        expect(parseRequest(String(body))).toEqual({ ok: true, value: request })
        return replied(posted)
      }
      if (got instanceof Fault) throw got
      return replied(got)
    },
    events: () => ({ close: async () => {} }),
    async *lines() {},
    close: async () => {},
  }
  const client = duisClient({
    http,
    url: 'https://dcc',
    identity: user,
    company: pin ?? { current: () => company.peer, renew: () => false },
    crypto,
    record: (kind, data) => void records.push({ kind, ...data }),
  })
  return { ask: () => client.ask(request), records, paths }
}

test('what the pinned company has signed in answer is believed; nothing is on the record', async () => {
  const { ask, records, paths } = asking(signed(done))
  expect(await ask()).toMatchObject({ ok: true, value: { code: 'I0' } })
  expect([paths, records]).toEqual([['POST https://dcc/duis'], []])
})

test.each([
  ['unsigned', done, 'SignatureMissing'],
  ['signed by another company under the same root', signed(done, otherCompany), 'SignerWrong'],
  ['altered', signed(held).replace('>E119<', '>I0<'), 'SignatureInvalid'],
  ['to the request before', signed(done.replace(':1000<', ':999<')), 'RequestMismatch'],
  ['no document', { status: 200, body: { code: 'I0' } }, 'XmlMalformed'],
])('an answer that is %s is none, and is on the record', async (_what, reply, reason) => {
  const { ask, records } = asking(reply)
  expect(await ask()).toMatchObject({ ok: false, reason })
  expect(records).toMatchObject([{ kind: 'AnswerRefused', reason, counter: '1000' }])
})

test('a problem of the server is told by its reason', async () => {
  const { ask } = asking({ status: 403, body: { reason: 'NotPermitted' } })
  expect(await ask()).toMatchObject({ ok: false, reason: 'NotPermitted' })
})

test.each([
  ['signed alert', signed(alert), { breach: 'ADUserThresholdBreach' }],
  ['unsigned alert', alert, { alertRefused: 'SignatureMissing' }],
  ["another's alert", signed(alert, otherCompany), { alertRefused: 'SignerWrong' }],
  [
    'alert about another request',
    signed(alert.replace(':1000<', ':999<')),
    { alertRefused: 'RequestMismatch' },
  ],
  [
    'alert that is gone',
    { status: 404, body: { reason: 'QuarantineUnknown' } },
    { alertRefused: 'QuarantineUnknown' },
  ],
  [
    'alert that cannot be had',
    new Fault('PeerUnavailable', 'gone'),
    { alertRefused: 'PeerUnavailable' },
  ],
])('a held request has its alert read: %s', async (_what, got, said) => {
  const { ask, records, paths } = asking(signed(held), got)
  expect(await ask()).toMatchObject({ ok: true, value: { code: 'E119' } })
  expect(paths[1]).toBe('GET https://dcc/api/v1/quarantine/7')
  expect(records).toMatchObject([{ kind: 'RequestHeld', reference: '7', ...said }])
})

test("the company's next certificate counts when its file has it, and nobody else's", async () => {
  const dir = temporaryDir('interlock-pin')
  const path = `${dir}/dcc.pem`
  const put = ({ chainPem }: Pick<Identity, 'chainPem'>): void => writeAtomic(path, chainPem, 0o644)
  put(company)
  const records: unknown[] = []
  const pin = pinPeer(path, (kind) => void records.push(kind))
  const next = hierarchy.certify('dcc')
  const answered = (by: Identity) => asking(signed(done, by), '', pin).ask()
  expect(await answered(company)).toMatchObject({ ok: true })
  // Signed with it before the file has it, and when the file has another's or is no certificate.
  expect(await answered(next)).toMatchObject({ reason: 'SignerWrong' })
  for (const other of [hierarchy.certify('supervisor'), { chainPem: 'half a fi' }]) {
    put(other)
    for (let time = 0; time < 2; time += 1)
      expect(await answered(next)).toMatchObject({ reason: 'SignerWrong' })
    expect(await answered(company)).toMatchObject({ ok: true })
  }
  expect(records).toEqual(['PinRefused'])
  put(next)
  expect(await answered(next)).toMatchObject({ ok: true })
  expect(await answered(company)).toMatchObject({ reason: 'SignerWrong' })
  expect(records).toEqual(['PinRefused', 'PinRenewed'])
  rmSync(dir, { recursive: true })
})
