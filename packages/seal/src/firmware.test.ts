import { nodeCrypto as crypto } from '@interlock/host'
import { toBase64, toHex, utf8, type PrivateKey } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { activateImage, heldFirmware, imageStatement, type FirmwareTarget } from './firmware.ts'

const maker = crypto.generateKey().key
const stranger = crypto.generateKey().key
const hashOf = (name: string) => crypto.sha256(utf8(name))

const image = (
  name: string,
  version: string,
  { by = maker, target = 'llcs' }: { by?: PrivateKey; target?: FirmwareTarget } = {},
) => {
  const hash = toHex(hashOf(name))
  const signature = toBase64(crypto.sign(by, imageStatement(target, version, hash)))
  return { hash, version, signature }
}
const holding = (...images: ReturnType<typeof image>[]) => {
  const manufacturer = toBase64(maker.publicKey.spki)
  return heldFirmware({ version: '00020000', manufacturer, images }, 'llcs', crypto)
}
const activate = (name: string, running: string, held: ReturnType<typeof holding>) => {
  const { answer, ...rest } = activateImage({ hash: hashOf(name) }, running, held)
  return { result: answer.result, version: toHex(answer.data ?? new Uint8Array()), ...rest }
}

test('an image of the manufacturer is activated by its hash, and no other hash is', () => {
  const held = holding(image('next', '00020001'))
  const done = { result: 'success', version: '00020001', runs: '00020001' }
  expect(activate('next', '00020000', held)).toEqual(done)
  // Asked for again it goes on running.
  expect(activate('next', '00020001', held)).toEqual(done)
  expect(activate('other', '00020000', held)).toEqual({
    result: 'objectUndefined',
    version: '00020000',
    kept: 'NotHeld',
  })
})

test('an older image than runs is refused, although its manufacturer signed it', () => {
  const held = holding(image('mended', '0002000A'), image('old', '00020009'))
  expect(activate('old', '00020000', held)).toMatchObject({ runs: '00020009' })
  expect(activate('old', '0002000A', held)).toEqual({
    result: 'objectUndefined',
    version: '0002000a',
    kept: 'Rollback',
  })
})

test.each([
  ['by somebody else', image('x', '00020001', { by: stranger })],
  ['for another kind of device', image('x', '00020001', { target: 'meter' })],
  ['as another version', { ...image('x', '00010000'), version: '00020001' }],
  ['as another image', { ...image('other', '00020001'), hash: toHex(hashOf('x')) }],
  ['with no signature at all', { ...image('x', '00020001'), signature: '*' }],
])('an image that is signed %s never runs', (_how, false_) => {
  const held = holding(false_)
  expect(held.refused).toEqual([toHex(hashOf('x'))])
  expect(activate('x', '00020000', held)).toMatchObject({ kept: 'NotHeld' })
  // It would, if it were the signature's alone to say so.
  expect(activate('x', '00020000', holding(image('x', '00020001')))).toMatchObject({
    runs: '00020001',
  })
})

test('without a manufacturer whose key can be read nothing is held', () => {
  const images = [image('next', '00020001')]
  const held = heldFirmware({ version: '00020000', manufacturer: 'AAAA', images }, 'llcs', crypto)
  expect([held.images.size, held.refused.length]).toEqual([0, 1])
  expect(heldFirmware(undefined, 'llcs', crypto)).toMatchObject({
    version: '00000000',
    refused: [],
  })
})
