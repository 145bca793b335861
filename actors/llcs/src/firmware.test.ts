import { encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { toBase64, toHex, utf8, type PrivateKey } from '@interlock/kernel'
import { imageStatement } from '@interlock/seal'
import { expect, test } from 'vitest'
import { nextCounter } from './fixture/hub.fixture.ts'
import { crypto, dsrsp, llcs, supplier } from './fixture/parties.fixture.ts'
import { scene } from './fixture/scene.fixture.ts'

const maker = crypto.generateKey().key
const hashOf = (version: string) => crypto.sha256(utf8(version))
const image = (version: string, by: PrivateKey = maker) => {
  const hash = toHex(hashOf(version))
  const signature = toBase64(crypto.sign(by, imageStatement('llcs', version, hash)))
  return { hash, version, signature }
}
const activation = (version: string, key: PrivateKey = supplier.key): Uint8Array => {
  const id = { originator: supplier.peer.organisation, target: llcs.peer.eui }
  const command = { useCase: 'CS06', ...id, counter: nextCounter(), hash: hashOf(version) } as const
  return signPreCommand(encodePreCommand(command), key, crypto)
}

test('firmware takes its manufacturer, the supplier and the data company, and never goes back', async () => {
  const images = ['00010001', '00010002'].map((version) => image(version))
  const false_ = image('00010003', crypto.generateKey().key)
  const manufacturer = toBase64(maker.publicKey.spki)
  const to = await scene({
    firmware: { version: '00010000', manufacturer, images: [...images, false_] },
  })
  const activate = async (version: string, key?: PrivateKey, broker?: PrivateKey) => {
    const answer = await to.hub.deliver(activation(version, key), broker)
    return answer && `${answer.result} ${toHex(answer.data ?? new Uint8Array())}`
  }
  expect(await activate('00010002', dsrsp.key)).toBeUndefined()
  expect(await activate('00010002', supplier.key, crypto.generateKey().key)).toBeUndefined()
  expect(await activate('00010003')).toBe('objectUndefined 00010000')
  expect(to.llcs.firmware()).toBe('00010000')
  expect(await activate('00010002')).toBe('success 00010002')
  await to.restart()
  expect(to.llcs.firmware()).toBe('00010002')
  expect(await activate('00010001')).toBe('objectUndefined 00010002')
  expect(to.llcs.firmware()).toBe('00010002')
})
