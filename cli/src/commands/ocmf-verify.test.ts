import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { nodeCrypto as crypto, temporaryDir } from '@interlock/host'
import { toBase64, toHex } from '@interlock/kernel'
import { signRecord, type Payload, type Reading } from '@interlock/ocmf'
import { afterAll, describe, expect, test } from 'vitest'
import { ocmfVerify } from './ocmf-verify.ts'

const dir = temporaryDir('interlock-ocmf-verify')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const meter = crypto.ephemeralKey()
const forger = crypto.ephemeralKey()

const reading = (RV: number, change: Reading = {}): Reading => {
  const TM = '2026-01-12T20:30:00,000+0000 S'
  return { TM, RV, RI: '1-b:1.8.0', RU: 'kWh', ST: 'G', ...change }
}
const record = (PG: string, RD: readonly Reading[], key = meter): string => {
  const payload: Payload = { FV: '1.0', PG, MS: 'M-1', RD }
  return signRecord(payload, key, crypto)
}
const xml = (text: string, key = meter): string =>
  `<values><!-- of one charge --><value><signedData>${text}</signedData>` +
  `<publicKey>${toHex(key.publicKey.spki)}</publicKey></value></values>`

type Told = {
  records: number
  verified: number
  refused: number
  cases: { reason: string | null; faults?: string[] }[]
  sequence: { problem: string; detail: string; index: number }[]
}
let files = 0
async function verify(contents: string | string[], given: typeof meter | 'none' = meter) {
  const paths = [contents].flat().map((content) => {
    const path = join(dir, `records-${++files}`)
    writeFileSync(path, content)
    return path
  })
  return verifyFiles(paths, given === 'none' ? undefined : given)
}
async function verifyFiles(operands: string[], given?: typeof meter) {
  const key = join(dir, 'key.b64')
  if (given !== undefined) writeFileSync(key, toBase64(given.publicKey.spki))
  let told: Told | undefined
  let words = ''
  const code = await ocmfVerify.run({
    flags: given === undefined ? {} : { key },
    operands,
    print: (value, text) => ([told, words] = [value as Told, text]),
    say: () => undefined,
  })
  if (told === undefined) throw new Error('nothing is printed')
  const { cases, sequence } = told
  const reasons = cases.map(({ reason }) => reason)
  return {
    code,
    words,
    told,
    reasons,
    found: sequence.map((each) => `${each.problem} ${each.detail}`),
  }
}
const whole = [1, 2, 3].map((page) => record(`F${page}`, [reading(page)]))

describe('the key that is given decides', () => {
  test('attack: a forged record verifies by the key that its forger put beside it, and by no other', async () => {
    const forged = xml(record('T1', [reading(1)], forger), forger)
    expect(await verify(forged, 'none')).toMatchObject({ code: 0, reasons: [null] })
    const told = await verify(forged)
    expect(told).toMatchObject({ code: 1, reasons: ['KeySwapped'] })
    expect(told.words).toContain(
      'the public key in the file is another than the one that was given',
    )
  })

  test('also where the record is true and the key beside it is not; the same key in another writing is the same', async () => {
    const mine = record('T1', [reading(1)])
    expect((await verify(xml(mine, forger))).reasons).toEqual(['KeySwapped'])
    expect(await verify(xml(mine))).toMatchObject({ code: 0, reasons: [null], found: [] })
    const changed = xml(mine.replace('"RV":1', '"RV":2'))
    expect((await verify(changed)).reasons).toEqual(['SignatureInvalid'])
  })
})

describe('between the records of one meter', () => {
  test('nothing is wrong where each page is there once, in whichever order and file', async () => {
    const [first = '', second = '', third = ''] = whole
    const told = await verify([`${third}\n${first}`, second])
    expect(told).toMatchObject({ code: 0, told: { verified: 3, refused: 0, sequence: [] } })
  })

  test('attack: a half-hour that was taken out is named, though each record verifies', async () => {
    const [first = '', , third = ''] = whole
    const told = await verify(`${first}\n${third}\n`)
    expect(told).toMatchObject({ code: 1, told: { verified: 2, refused: 0 } })
    expect(told.found).toEqual(['PageMissing F2'])
    expect(told.words).toContain('records between two of these are not here')
  })

  test('a page twice, a wider gap, and a register that falls', async () => {
    const records = [
      record('T1', [reading(1)]),
      record('T5', [reading(10)]),
      record('T5', [reading(-10)]),
    ]
    const { code, found } = await verify(records.join('\n'))
    expect(code).toBe(1)
    expect(found).toEqual([
      'PageMissing T2 to T4',
      'PageRepeated T5',
      'ReadingFalls 10000 to -10000 Wh at T5',
    ])
  })

  test('meters are told apart by their keys; what counts from each charge on is no register', async () => {
    const other = record('F7', [reading(0)], forger)
    const told = await verify([xml(whole[0] ?? ''), xml(other, forger)], 'none')
    expect(told).toMatchObject({ code: 0, found: [] })
    const perCharge = [4, 1].map((RV, at) => record(`T${at}`, [reading(RV, { RI: '1-b:1.9.0' })]))
    expect((await verify(perCharge.join('\n'))).found).toEqual([])
  })
})

test('a record verifies and proves nothing where the meter says so itself, or has read nothing', async () => {
  const faulty = await verify(record('T1', [reading(1), { RV: 2, EF: 'E', ST: 'X' }]))
  expect(faulty).toMatchObject({ code: 0, told: { verified: 1 } })
  expect(faulty.words).toContain('proves nothing to bill by: reading 2: the meter was exchanged')
  expect(faulty.words).toContain('the energy is wrong (EF E)')
  expect((await verify(record('T1', []))).told.cases).toMatchObject([
    { faults: ['it has no reading'] },
  ])
})

test.each([
  ['', 'it is empty'],
  ['a letter', 'it begins with other text'],
])('a file without records is said to have none: “%s”', async (content, detail) => {
  const { code, words, reasons } = await verify(content)
  expect([code, reasons]).toEqual([1, ['RecordsMissing']])
  expect(words).toContain(`neither one in each line, nor an XML container of them (${detail})`)
})

const samples = fileURLToPath(new URL('../../../../shared/data/ocmf/', import.meta.url))
test.skipIf(!existsSync(samples))(
  'the signatures of other makers’ records count for themselves, whatever is missing between them (skipped: ../shared/data/ocmf is absent)',
  async () => {
    const { told, found } = await verifyFiles(
      readdirSync(samples).map((name) => join(samples, name)),
    )
    expect(told).toMatchObject({ records: 136, verified: 135, refused: 1 })
    // One of them has two records with one page.
    expect(found).toEqual(['PageRepeated T12345'])
  },
)
