import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { guestStatement, type Guest } from '@interlock/driver'
import { nodeCrypto, temporaryDir } from '@interlock/host'
import { eui64, toBase64 } from '@interlock/kernel'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { main } from '../main.ts'

const dir = temporaryDir('interlock-guest')
let out = ''
beforeEach(() => {
  out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += text), true))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterAll(() => {
  vi.restoreAllMocks()
  rmSync(dir, { recursive: true, force: true })
})

const owner = nodeCrypto.ephemeralKey()
const station = '00-DB-12-34-56-78-91-00'
const zoe: Guest = {
  uid: '04A1B2C3',
  name: 'Zoë',
  wattHours: 20_000,
  until: Date.parse('2026-02-01T00:00:00Z'),
  payer: { issuer: 'NL*ILK', contractId: 'NL-ILK-C00000001-X' },
}
const spki = toBase64(owner.publicKey.spki)
const at = Date.parse('2026-01-12T20:00:00Z')
const statement = guestStatement(eui64(station), zoe, at)
const word = { guest: zoe, by: spki, at, signature: toBase64(nodeCrypto.sign(owner, statement)) }

const file = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}
const verify = async (said: object, of = station) => {
  const keys = file('owner.key', `${spki}\n`)
  const guests = file('guests.json', JSON.stringify(said))
  return await main(['guest', 'verify', guests, '--station', of, '--owner', keys, '--json'])
}

test('the provider who is to pay sees that the owner allowed the guest', async () => {
  expect(await verify({ guests: [{ ...word, usedWattHours: 5 }] })).toBe(0)
  expect(JSON.parse(out)).toEqual({
    guests: 1,
    verified: 1,
    refused: 0,
    cases: [{ ...zoe, until: '2026-02-01T00:00:00.000Z', reason: null }],
  })
  expect(await verify(word)).toBe(0)
})

test('attack: an operator raises the cap, or tells a guest of another charger as one of this', async () => {
  // What it tells reads as well as what the owner signed: without the signature it would be believed.
  const raised = { ...word, guest: { ...zoe, wattHours: 900_000 } }
  expect(await verify({ guests: [{ ...raised, usedWattHours: 5 }] })).toBe(1)
  expect(JSON.parse(out)).toMatchObject({ refused: 1, cases: [{ reason: 'SignatureInvalid' }] })
  expect(await verify(word, '00-DB-12-34-56-78-91-01')).toBe(1)
  const stranger = nodeCrypto.ephemeralKey()
  expect(await verify({ ...word, by: toBase64(stranger.publicKey.spki) })).toBe(1)
  expect(out).toContain('OwnerUnknown')
})

test('what is no answer about guests is named as such', async () => {
  expect(await verify({ guests: [{ ...word, guest: { uid: 'x' } }] })).toBe(2)
  expect(await verify(word, 'charger')).toBe(2)
})
