import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAuthority } from '@interlock/authority'
import { buildDccAlert, buildQuarantineAlert, buildRequest, buildResponse } from '@interlock/duis'
import { encodeAlert, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import {
  identityOf,
  nodeCrypto as crypto,
  systemClock as wall,
  temporaryDir,
} from '@interlock/host'
import { eui64, instant, toBase64, toHex } from '@interlock/kernel'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '../main.ts'
import { documentJson } from './read-document.ts'

const dir = temporaryDir('interlock-duis')
const authority = createAuthority(join(dir, 'authority'), { wall, crypto })
afterAll(() => {
  authority.close()
  rmSync(dir, { recursive: true, force: true })
})
const file = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

const eui = eui64('02-00-00-00-00-00-00-04')
const certify = (name: string) => {
  const subject = { commonName: name, role: 'dsrsp', eui, organisation: eui } as const
  const { keyPem, chainPem } = authority.certify(subject)
  const { key } = identityOf(keyPem, chainPem, name)
  return { key, private: file(`${name}.key`, keyPem), chain: file(`${name}.pem`, chainPem) }
}
const dsrsp = certify('dsrsp')
const stranger = certify('stranger')

const addressed = { originator: eui, target: eui64('02-00-00-02-00-00-00-01'), counter: 1_000n }
const load = {
  controller: 1,
  direction: 'export',
  levelPercent: 50,
  from: instant(Date.UTC(2026, 0, 5, 18)),
  until: instant(Date.UTC(2026, 0, 5, 20)),
} as const
const request = buildRequest({
  ...addressed,
  service: '7.16',
  commandVariant: 4,
  body: { kind: 'loadControl', ...load },
})
const preCommand = encodePreCommand({ useCase: 'ECS47e', ...addressed, ...load })
const second = buildRequest({
  ...addressed,
  service: '7.16',
  commandVariant: 5,
  body: { kind: 'signedPreCommand', payload: signPreCommand(preCommand, dsrsp.key, crypto) },
})

let out = ''
let err = ''
beforeEach(() => {
  out = err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += text), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += text), true))
})
afterEach(() => vi.restoreAllMocks())

const duis = async (what: string, xml: string, ...flags: readonly string[]) => {
  const path = file('document.xml', xml)
  out = err = ''
  const code = await main(['duis', what, path, ...flags, '--json'])
  return { code, value: JSON.parse(out) as Record<string, unknown> }
}
const signed = async (xml: string, by = dsrsp): Promise<string> => {
  const { value } = await duis('sign', xml, '--key', by.private, '--certificate', by.chain)
  return String(value['xml'])
}

test('a request is decoded into its header and body, with the message it carries', async () => {
  expect(await duis('decode', request)).toMatchObject({
    code: 0,
    value: {
      kind: 'request',
      schemaVersion: '5.4',
      requestId: { originator: eui, counter: '1000' },
      commandVariant: 4,
      title: 'Limit APC Level',
      body: { kind: 'loadControl', levelPercent: 50, from: '2026-01-05T18:00:00.000Z' },
      signed: false,
    },
  })
  expect(await duis('decode', second)).toMatchObject({
    code: 0,
    value: { carries: { useCase: 'ECS47e', form: 'signed', content: { levelPercent: 50 } } },
  })
  await main(['duis', 'decode', join(dir, 'document.xml')])
  expect(out).toMatch(/title +Limit APC Level/)
})

test('a response is decoded with its code in words', async () => {
  const response = buildResponse({ code: 'I0', at: instant(0), service: '7.16', preCommand })
  expect(await duis('decode', response)).toMatchObject({
    code: 0,
    value: {
      kind: 'response',
      name: 'Accepted',
      at: '1970-01-01T00:00:00.000Z',
      carries: { form: 'preCommand', useCase: 'ECS47e' },
    },
  })
})

test('responses and alerts are signed, decoded and verified as requests are', async () => {
  const answer = { request: addressed, service: '7.16', code: 'I0', at: instant(0) } as const
  const about = { request: addressed, at: instant(0), reference: '7' }
  const documents = {
    response: buildResponse({ ...answer, preCommand }),
    alert: buildQuarantineAlert({ ...about, breach: 'ADMegawattBreach' }),
  }
  for (const [kind, unsigned] of Object.entries(documents)) {
    const xml = await signed(unsigned)
    const said = { kind, requestId: { originator: eui, counter: '1000' } }
    expect(await duis('decode', xml)).toMatchObject({ code: 0, value: { ...said, signed: true } })
    const by = ['--certificate', dsrsp.chain]
    const verified = { code: 0, value: { verified: true, covers: said } }
    expect(await duis('verify', xml, ...by)).toMatchObject(verified)
    const cases = [
      [unsigned, by, 'SignatureMissing'],
      [xml, ['--certificate', stranger.chain], 'SignerWrong'],
      [xml.replace(':1000<', ':1001<'), by, 'SignatureInvalid'],
    ] as const
    for (const [document, flags, reason] of cases)
      expect(await duis('verify', document, ...flags)).toMatchObject({ code: 1, value: { reason } })
  }
})

const vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/duis/documents.json', import.meta.url), 'utf8'),
) as { valid: readonly { xml: string }[] }
test('no document shows a time as a number: every date-time is decoded as one', () => {
  let dated = 0
  for (const { xml } of vectors.valid) {
    const decoded = documentJson(xml)
    expect(decoded.ok).toBe(true)
    const text = JSON.stringify(decoded.ok && decoded.value)
    // A number of so many digits could only be milliseconds: counters are text, prices are smaller.
    expect(text).not.toMatch(/[:,[]-?\d{11,}/)
    if (text.includes('"executeAt":"20')) dated += 1
  }
  expect(dated).toBeGreaterThan(1)
})

test('the alerts that the data company brings are decoded in words', async () => {
  const company = eui64('02-00-00-00-00-00-00-05')
  const id = { originator: company, target: eui, counter: 7n }
  const device = eui64('02-00-00-02-00-00-00-01')
  const at = instant(Date.UTC(2026, 0, 5, 18))
  const payload = encodeAlert(
    {
      code: 'FutureDated',
      device,
      recipient: eui,
      counter: 1n,
      useCase: 'ECS46d',
      commandCounter: 9n,
      object: 'activation of the calendar',
      at,
    },
    dsrsp.key,
    crypto,
  )
  for (const [about, words] of [
    [{ kind: 'deviceStatus', device, status: 'Suspended' }, `${device} is Suspended from now on`],
    [
      { kind: 'futureDated', request: id, outcome: 'CounterUsed' },
      'what was future-dated ended: CounterUsed',
    ],
    [
      { kind: 'deviceAlert', alertCode: '8F66', payload },
      'activation of the calendar of command 9 (Set Auxiliary Controller Calendar) came into force at 2026-01-05T18:00:00.000Z',
    ],
  ] as const) {
    const { code, value } = await duis('decode', buildDccAlert({ at, id, about }))
    expect([code, value['about'], value['words']]).toEqual([0, about.kind, words])
  }
})

test('what is signed verifies with the certificate and with the key, and shows what is covered', async () => {
  const xml = await signed(request)
  const covers = { title: 'Limit APC Level', body: { levelPercent: 50 } }
  const verified = { code: 0, value: { verified: true, covers } }
  expect(await duis('verify', xml, '--certificate', dsrsp.chain)).toMatchObject(verified)
  const { spki } = dsrsp.key.publicKey
  const pem = `-----BEGIN PUBLIC KEY-----\n${toBase64(spki)}\n-----END PUBLIC KEY-----\n`
  for (const text of [pem, toBase64(spki), toHex(spki)])
    expect(await duis('verify', xml, '--key', file('key', text))).toMatchObject(verified)
  const names = ['--issuer', 'CN=U1', '--serial', '1f2e']
  const named = await duis('sign', request, '--key', dsrsp.private, ...names)
  expect(await duis('verify', String(named.value['xml']), '--key', join(dir, 'key'))).toMatchObject(
    {
      code: 0,
      value: { certificateSerial: '1f2e' },
    },
  )
})

test('another signer, another document, and none at all do not verify', async () => {
  const xml = await signed(request)
  const by = ['--certificate', dsrsp.chain]
  const { spki } = stranger.key.publicKey
  const cases = [
    [xml, ['--certificate', stranger.chain], 'SignerWrong'],
    [xml, ['--key', file('other', toHex(spki))], 'SignatureInvalid'],
    [xml.replace('>50<', '>51<'), by, 'SignatureInvalid'],
    [xml.replace('<sr:Body>', '<!-- --><sr:Body>'), by, 'XmlForbidden'],
    [request, by, 'SignatureMissing'],
    [xml.replace('2001/10/xml-exc-c14n', '2006/12/xml-c14n11'), by, 'SignatureUnexpected'],
    ['{}', by, 'XmlMalformed'],
  ] as const
  for (const [document, flags, reason] of cases)
    expect(await duis('verify', document, ...flags)).toMatchObject({ code: 1, value: { reason } })
})

test.each([
  ['CommandedStateLevel', '>50<', '>101<'],
  ['StartDateTime', '2026-01-05T18', '2026-02-30T18'],
  ['LimitAPCLevel@auxiliaryControllerN', 'N="1"', 'N="6"'],
  ['RequestID', ':1000<', ':-1<'],
  ['Request@schemaVersion', '"5.4"', '"9.9"'],
])('a bad document is named by its element: %s', async (field, from, to) => {
  const bad = request.replace(from, to)
  expect(await duis('decode', bad)).toMatchObject({ code: 1, value: { ok: false, field } })
  const flags = ['--key', dsrsp.private, '--certificate', dsrsp.chain]
  expect(await duis('sign', bad, ...flags)).toMatchObject({ code: 1, value: { field } })
})

test('a refusal to sign is for who asks, and not in the file that the document goes into', async () => {
  const path = file('signed.xml', await signed(request))
  out = err = ''
  const by = ['--key', dsrsp.private, '--certificate', dsrsp.chain]
  expect(await main(['duis', 'sign', path, ...by])).toBe(1)
  expect([out, err]).toEqual(['', expect.stringContaining('SignatureUnexpected')])
})

test('nothing is signed twice, or with a key that is not the certificate’s or is open to others', async () => {
  const flags = ['--key', dsrsp.private, '--certificate', dsrsp.chain]
  expect(await duis('sign', await signed(request), ...flags)).toMatchObject({
    code: 1,
    value: { reason: 'SignatureUnexpected' },
  })
  const foreign = ['--key', dsrsp.private, '--certificate', stranger.chain]
  expect(await duis('sign', request, ...foreign)).toMatchObject({ code: 3 })
  expect(err).toContain('belongs to another key')
  const open = file('open.key', '')
  chmodSync(open, 0o644)
  expect(await duis('sign', request, '--key', open)).toMatchObject({ code: 3 })
  expect(err).toContain('chmod 600')
  for (const few of [[], ['--key', dsrsp.private]])
    expect((await duis('sign', request, ...few)).code).toBe(2)
  for (const few of [[], ['--key', 'a', '--certificate', 'b']])
    expect((await duis('verify', request, ...few)).code).toBe(2)
  expect(await duis('verify', request, '--key', dsrsp.private)).toMatchObject({ code: 3 })
  expect(err).toContain('is a private key')
})

const samples = new URL('../../../../shared/data/duis/', import.meta.url)
test.skipIf(!existsSync(samples))(
  'sample documents from elsewhere are decoded, comments and all (skipped: ../shared/data/duis is absent)',
  async () => {
    const names = readdirSync(samples)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      out = ''
      expect([name, await main(['duis', 'decode', fileURLToPath(new URL(name, samples))])]).toEqual(
        [name, 0],
      )
    }
  },
)
