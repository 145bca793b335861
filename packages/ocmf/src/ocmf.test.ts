import { generateKeyPairSync, sign as nodeSign } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto as crypto, verifyEcdsa } from '@interlock/host'
import { toBase64, toHex } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { curves, readSignedValues, signRecord, verifyRecord, type Payload } from './index.ts'

const { key } = crypto.generateKey()
const ourKey = toBase64(key.publicKey.spki)
const payload: Payload = {
  FV: '1.0',
  GS: 'SIM-1',
  PG: 'T7',
  MS: 'SIM-1',
  IS: true,
  IL: 'HEARSAY',
  IF: ['RFID_PLAIN'],
  IT: 'ISO14443',
  ID: 'a|b',
  RD: [{ TM: '2026-01-12T20:30:00,000+0000 S', TX: 'B', RV: 1234, RI: '1-b:1.8.0', RU: 'Wh' }],
}
const record = signRecord(payload, key, crypto)
const verify = (text: string, publicKey: string | undefined = ourKey) =>
  verifyRecord(text, publicKey, verifyEcdsa)
const reasonOf = (text: string, publicKey: string | undefined = ourKey) => {
  const outcome = verifyRecord(text, publicKey, verifyEcdsa)
  return outcome.ok ? 'verifies' : outcome.reason
}

test('a record of ours verifies, and gives back what was signed', () => {
  const outcome = verify(record)
  expect(outcome).toMatchObject({ ok: true, value: { payload } })
})

test('any signature of ours is DER that others read, whatever r and s begin with', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000 }), (number) => {
      const text = signRecord({ ...payload, PG: `T${number}` }, key, crypto)
      expect(reasonOf(text)).toBe('verifies')
    }),
    { numRuns: 300 },
  )
})

test('one bit changed anywhere in the record, and it does not verify', () => {
  const bytes = Buffer.from(record)
  const spared = record.indexOf('"SA"')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    // The name of a field that is not read, or the case of a hex digit, changes nothing.
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const outcome = verify(changed.toString('latin1'))
    if (!outcome.ok) continue
    expect(bit >> 3).toBeGreaterThanOrEqual(spared)
    expect(outcome.value.payload).toEqual(payload)
  }
})

test('another key, or none, does not', () => {
  const other = toHex(crypto.generateKey().key.publicKey.spki)
  expect(reasonOf(record, other)).toBe('SignatureInvalid')
  const none = verifyRecord(record, undefined, verifyEcdsa)
  expect(none).toEqual({ ok: false, reason: 'KeyMissing' })
})

const [header, signed, section] = record.split('|')
const fields = JSON.parse(section ?? '') as { SA: string; SD: string }
const with_ = (change: object): string =>
  `${header}|${signed}|${JSON.stringify({ ...fields, ...change })}`

test.each([
  ['x'.repeat(65_537), 'TooLarge'],
  ['', 'NotOcmf'],
  [`${record}|{}`, 'NotOcmf'],
  [`OCMF|${signed}`, 'NotOcmf'],
  [`OCMF|{"PG":"T1"}|${section}`, 'PayloadMalformed'],
  [`OCMF|{"PG":"T01","RD":[]}|${section}`, 'PayloadMalformed'],
  [`OCMF|{"PG":"T1","RD":[{"RV":{}}]}|${section}`, 'PayloadMalformed'],
  [`OCMF|{"PG":"T1","RD":[],"IF":[1]}|${section}`, 'PayloadMalformed'],
  [`OCMF|${'['.repeat(9)}|${section}`, 'PayloadMalformed'],
  [`OCMF|${signed}|[]`, 'SignatureMalformed'],
  [`OCMF|${signed}|{"SD":7}`, 'SignatureMalformed'],
  [with_({ SA: 'RSA-2048-SHA256' }), 'AlgorithmUnknown'],
  [with_({ SA: 'ECDSA-secp256r1-MD5' }), 'AlgorithmUnknown'],
  [with_({ SA: 'ECDSA-secp256k1-SHA256' }), 'KeyOfAnotherCurve'],
  [with_({ SD: 'zz' }), 'SignatureUnreadable'],
  [with_({ SD: `${fields.SD}00` }), 'SignatureUnreadable'],
  [with_({ SD: '3006020100020100' }), 'SignatureUnreadable'],
  [with_({ SD: '00'.repeat(64) }), 'SignatureInvalid'],
])('%# a record that is none: %s', (text, reason) => {
  expect(reasonOf(text)).toBe(reason)
})

test.each(['', '!', '04', 'ab'.repeat(63), toHex(key.publicKey.spki).slice(0, -2)])(
  'a key that is none is KeyUnreadable: %s',
  (text) => expect(reasonOf(record, text)).toBe('KeyUnreadable'),
)

test('a point off the curve verifies nothing', () => {
  expect(reasonOf(record, 'ab'.repeat(64))).toBe('SignatureInvalid')
})

/** By its name at OpenSSL. */
const opensslName = (name: string): string =>
  ({ secp192r1: 'prime192v1', secp256r1: 'prime256v1' })[name] ?? name

test.each(curves)('$name: DER and r‖s, whole key and bare point, hex and base64', (curve) => {
  const pair = generateKeyPairSync('ec', { namedCurve: opensslName(curve.name) })
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' })
  const text = JSON.stringify(payload).replaceAll('|', '\\u007c')
  const point = spki.subarray(-2 * curve.bytes)
  for (const hash of ['sha256', 'sha384', 'sha512'])
    for (const dsaEncoding of ['der', 'ieee-p1363'] as const) {
      const signature = nodeSign(hash, Buffer.from(text), { key: pair.privateKey, dsaEncoding })
      const SA = `ECDSA-${curve.name}-${hash.toUpperCase()}`
      const made = `OCMF|${text}|${JSON.stringify({ SA, SD: signature.toString('hex') })}`
      for (const bytes of [spki, point, Buffer.concat([Buffer.of(4), point])]) {
        expect(reasonOf(made, bytes.toString('hex').toUpperCase())).toBe('verifies')
        expect(reasonOf(made, bytes.toString('base64'))).toBe('verifies')
      }
      expect(reasonOf(made.replace('"T7"', '"T8"'), spki.toString('hex'))).toBe('SignatureInvalid')
    }
})

test('OpenSSL alone verifies a record of ours, by the steps in the documents', () => {
  const dir = mkdtempSync(join(tmpdir(), 'interlock-ocmf'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  writeFileSync(join(dir, 'record.txt'), record)
  writeFileSync(join(dir, 'key.b64'), ourKey)
  const steps = readFileSync(new URL('../../../docs/operating/meter-records.md', import.meta.url))
  const script = /```sh\n(cut [^`]*)```/.exec(steps.toString())?.[1]
  const told = execFileSync('sh', ['-ec', script ?? 'exit 9'], { cwd: dir, encoding: 'utf8' })
  expect(told).toContain('Verified OK')
  writeFileSync(join(dir, 'record.txt'), record.replace('1234', '1235'))
  expect(() => execFileSync('sh', ['-ec', script ?? ''], { cwd: dir, stdio: 'pipe' })).toThrow()
})

test.each([
  ['<values></values>', 'ContainerMalformed'],
  ['<values><value></value></values>', 'ContainerMalformed'],
  ['<values><value>', 'ContainerMalformed'],
  ['', 'RecordsMissing'],
  ['plain text', 'RecordsMissing'],
  ['<!DOCTYPE a [<!ENTITY b "c">]><values><value/></values>', 'ContainerMalformed'],
  [
    '<values><value><signedData encoding="hex">zz</signedData></value></values>',
    'ContainerMalformed',
  ],
])('a container that is none: %s', (xml, reason) => {
  expect(readSignedValues(xml)).toMatchObject({ ok: false, reason })
})

test('a comment is no part of a container, and what it hides is no record', () => {
  const value = `<value><signedData>${record}</signedData></value>`
  const read = readSignedValues(`\uFEFF<!-- a --><values><!-- ${value} -->${value}</values>`)
  expect(read).toEqual({ ok: true, value: [{ record }] })
})

test('of a file that is none, and of an algorithm that is none, an excerpt is repeated', () => {
  for (const outcome of [
    readSignedValues('<a>'.repeat(200_000)),
    verify(record.replace('"SA":"', `"SA":"${'x'.repeat(50_000)}`)),
  ])
    expect(outcome).toMatchObject({ ok: false, detail: expect.stringMatching(/^.{199}…$/s) })
})

test('a container may hold its records in hex or base64; a file may be records line by line', () => {
  const value = (encoding: 'hex' | 'base64'): string =>
    `<value><signedData format="OCMF" encoding="${encoding}">${Buffer.from(record).toString(encoding)}</signedData><publicKey>${ourKey}</publicKey></value>`
  const read = readSignedValues(`<values>${value('hex')}${value('base64')}</values>`)
  expect(read).toEqual({ ok: true, value: [0, 1].map(() => ({ record, publicKey: ourKey })) })
  expect(readSignedValues(`${record}\n\n${record}\n`)).toEqual({
    ok: true,
    value: [{ record }, { record }],
  })
})

const samples = new URL('../../../../shared/data/ocmf/', import.meta.url)

test.skipIf(!existsSync(samples))(
  'records of other makers verify, but for the one that must not (skipped: ../shared/data/ocmf is absent)',
  () => {
    const outcomes = readdirSync(samples).flatMap((name) => {
      const values = readSignedValues(readFileSync(new URL(name, samples), 'utf8'))
      expect(values.ok, name).toBe(true)
      return (values.ok ? values.value : []).map((each) => ({
        name,
        reason: reasonOf(each.record, each.publicKey),
      }))
    })
    expect(outcomes).toHaveLength(136)
    expect(outcomes.filter(({ reason }) => reason !== 'verifies')).toEqual([
      { name: 'second_key_fail_ocmf.xml', reason: 'KeyOfAnotherCurve' },
    ])
  },
)
