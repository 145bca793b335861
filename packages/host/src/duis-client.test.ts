import { rmSync } from 'node:fs'
import {
  buildQuarantineAlert,
  buildResponse,
  codeOf,
  parseRequest,
  signDocument,
  type ResponseCode,
  type ServiceRequest,
} from '@interlock/duis'
import {
  encodePreCommand,
  encodeResponse,
  signPreCommand,
  type Command,
  type ResultCode,
} from '@interlock/gbcs'
import { eui64, Fault, instant, type Clock, type Role } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { duisClient } from './duis-client.ts'
import { createHierarchy } from './hierarchy.fixture.ts'
import type { HttpClient, HttpResponse } from './http-client.ts'
import { documentSigner, type Identity } from './identity.ts'
import { organisation, testIdentities } from './identities.fixture.ts'
import { nodeCrypto as crypto } from './node-crypto.ts'
import { pinPeer, type PinnedPeer } from './pinned-peer.ts'
import { systemClock } from './system-clock.ts'
import { temporaryDir, writeAtomic } from './files.ts'

const hierarchy = createHierarchy()
const user = hierarchy.certify('dsrsp')
const company = hierarchy.certify('dcc')
/** A certificate that TLS would take for the company's. */
const otherCompany = hierarchy.certify('dcc')

const identities = testIdentities()
const deviceOf = (role: Role, last: string, commonName: string = role) => {
  const eui = eui64(`02-00-00-02-00-00-00-${last}`)
  return identities.identity('smartMeter', { commonName, role, eui, organisation: eui })
}
const llcs = deviceOf('llcs', '02')
const neighbour = deviceOf('llcs', '03', 'neighbour')

const addressed = {
  originator: user.peer.organisation,
  target: llcs.peer.eui,
  counter: 1_000n,
}
const limit = {
  useCase: 'ECS47e',
  controller: 1,
  direction: 'import',
  levelPercent: 100,
  from: instant(Date.UTC(2026, 0, 5, 18)),
  until: instant(Date.UTC(2026, 0, 5, 19)),
  ...addressed,
} as const
const request: ServiceRequest = {
  ...addressed,
  service: '7.16',
  commandVariant: 5,
  body: {
    kind: 'signedPreCommand',
    payload: signPreCommand(encodePreCommand(limit), user.key, crypto),
  },
}
const answer = { request: addressed, service: '7.16', at: instant(0) } as const
const byDevice = (command: Command = limit, result: ResultCode = 'success', by = llcs) =>
  encodeResponse(command, { result }, by.key, crypto)
const done = buildResponse({ ...answer, code: 'I0', payload: byDevice() })
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
  certificates: readonly (string | HttpResponse | Fault)[] = [llcs.chainPem],
  wall: Clock = systemClock,
  revoked: (serialHex: string) => boolean = () => false,
) {
  const waiting = [...certificates]
  const records: unknown[] = []
  const paths: string[] = []
  const replied = (body: string | HttpResponse | Fault): HttpResponse => {
    if (body instanceof Fault) throw body
    return typeof body === 'string' ? { status: 200, body } : body
  }
  const http: HttpClient = {
    async request(method, url, body) {
      paths.push(`${method} ${url}`)
      if (method === 'POST') {
        expect(parseRequest(String(body))).toEqual({ ok: true, value: request })
        return replied(posted)
      }
      if (url.endsWith('/certificate'))
        return replied((waiting.length > 1 ? waiting.shift() : waiting[0]) ?? '')
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
    roots: identities.trust('smartMeter').roots,
    revoked,
    crypto,
    wall,
    record: (kind, data) => void records.push({ kind, ...data }),
  })
  return { ask: () => client.ask(request), records, paths }
}

test('what the pinned company has signed in answer is believed; nothing is on the record', async () => {
  const { ask, records, paths } = asking(signed(done))
  expect(await ask()).toMatchObject({ ok: true, value: { code: 'I0' } })
  const certificate = `GET https://dcc/api/v1/devices/${llcs.peer.eui}/certificate`
  expect([paths, records]).toEqual([[certificate, 'POST https://dcc/duis'], []])
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

const refusedByDevice = codeOf('DeviceRefused')
const saying = (code: ResponseCode, payload?: Uint8Array): string =>
  signed(buildResponse({ ...answer, code, ...(payload && { payload }) }))

test('a refusal that the device has signed is its refusal', async () => {
  const said = saying(refusedByDevice, byDevice(limit, 'otherReason'))
  expect(await asking(said).ask()).toMatchObject({ ok: true, value: { code: refusedByDevice } })
})

test.each([
  ['signed by the company itself', saying('I0', byDevice(limit, 'success', company))],
  ["the neighbour's", saying('I0', byDevice(limit, 'success', neighbour))],
  ['to the command before', saying('I0', byDevice({ ...limit, counter: 999n }))],
  ["to another user's command", saying('I0', byDevice({ ...limit, originator: llcs.peer.eui }))],
  ['to a command of another kind', saying('I0', byDevice({ ...limit, useCase: 'ECS47a' }))],
  [
    'changed on the way',
    saying(
      'I0',
      byDevice().map((byte, at, { length }) => (at === length - 1 ? byte ^ 1 : byte)),
    ),
  ],
  ['no message', saying('I0', Uint8Array.of(1))],
  ['a refusal, passed off as done', saying('I0', byDevice(limit, 'otherReason'))],
  ['done, passed off as refused', saying(refusedByDevice, byDevice())],
  ['nothing at all, said to be a refusal', saying(refusedByDevice)],
])('a dishonest company: an answer of the device that is %s is found', async (_what, said) => {
  const { ask, records } = asking(said)
  expect(await ask()).toMatchObject({ ok: false, reason: 'AnswerInvalid' })
  expect(records).toMatchObject([{ kind: 'AnswerRefused', reason: 'AnswerInvalid' }])
})

const otherRoot = testIdentities()
test.each([
  ["the neighbour's", neighbour.chainPem],
  ['of an organisation', otherRoot.identity('smartMeter', organisation('dcc', 'dcc', 2)).chainPem],
  ['of another role', deviceOf('hub', '02', 'hub').chainPem],
  ['under another root', otherRoot.identity('smartMeter', llcs.peer).chainPem],
  ['none', 'no certificate'],
])(
  'a certificate of the device that is %s is not believed, and nothing is asked',
  async (...row) => {
    const { ask, records, paths } = asking(signed(done), '', undefined, [row[1]])
    expect(await ask()).toMatchObject({ ok: false, reason: 'DeviceCertificateInvalid' })
    expect(records).toMatchObject([{ kind: 'AnswerRefused', reason: 'DeviceCertificateInvalid' }])
    expect(paths).toHaveLength(1)
  },
)

test('of a device that the company does not know nothing is asked', async () => {
  const unknown = { status: 404, body: { reason: 'DeviceUnknown' } }
  const { ask, records } = asking(signed(done), '', undefined, [unknown])
  expect([await ask(), records]).toMatchObject([{ ok: false, reason: 'DeviceUnknown' }, []])
})

test("a device's next certificate is fetched when an answer is signed with it, and once", async () => {
  const before = deviceOf('llcs', '02', 'before')
  const certificates = [before.chainPem, llcs.chainPem]
  const { ask, paths } = asking(signed(done), '', undefined, certificates)
  expect(await ask()).toMatchObject({ ok: true })
  expect(await ask()).toMatchObject({ ok: true })
  expect(paths.filter((path) => path.endsWith('/certificate'))).toHaveLength(2)
})

test('a command that was carried out is not said to have reached nobody, whatever is asked for after it', async () => {
  const before = deviceOf('llcs', '02', 'before')
  const gone = new Fault('PeerUnavailable', 'gone')
  const { ask, records, paths } = asking(signed(done), '', undefined, [before.chainPem, gone])
  expect(await ask()).toMatchObject({ ok: false, reason: 'AnswerInvalid' })
  expect(records).toMatchObject([{ kind: 'AnswerRefused', reason: 'AnswerInvalid' }])
  // Before it is sent that is the truth.
  await expect(ask()).rejects.toMatchObject({ code: 'PeerUnavailable' })
  expect(paths.filter((path) => path.startsWith('POST'))).toHaveLength(1)
})

test("a device's key counts until its certificate ends, and is asked for anew after it", async () => {
  let now = systemClock.now()
  const wall = { ...systemClock, now: () => now }
  const { ask, paths } = asking(signed(done), '', undefined, undefined, wall)
  now = llcs.peer.notAfter
  for (let time = 0; time < 2; time += 1) expect(await ask()).toMatchObject({ ok: true })
  expect(paths.filter((path) => path.endsWith('/certificate'))).toHaveLength(1)
  now = instant(llcs.peer.notAfter + 1)
  expect(await ask()).toMatchObject({ ok: false, reason: 'DeviceCertificateInvalid' })
  expect(paths.filter((path) => path.startsWith('POST'))).toHaveLength(2)
})

test('what a device signs is believed no more once its certificate is on the list', async () => {
  const listed = new Set<string>()
  const { ask, records, paths } = asking(
    signed(done),
    '',
    undefined,
    undefined,
    undefined,
    (each) => listed.has(each),
  )
  expect(await ask()).toMatchObject({ ok: true })
  listed.add(llcs.peer.serialHex)
  const refusal = { reason: 'DeviceCertificateInvalid', detail: 'CertificateRevoked' }
  expect(await ask()).toMatchObject({ ok: false, ...refusal })
  expect(records).toMatchObject([{ kind: 'AnswerRefused', ...refusal }])
  expect(paths.filter((path) => path.startsWith('POST'))).toHaveLength(1)
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
  expect(paths[2]).toBe('GET https://dcc/api/v1/quarantine/7')
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
