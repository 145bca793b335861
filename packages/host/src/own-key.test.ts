import { chmodSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDir } from './files.ts'
import { ownKey } from './own-key.ts'

test('a key is made once, is its owner’s alone, and is the same ever after', () => {
  const dir = temporaryDir('interlock-own-key')
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const path = join(dir, 'meter', 'key.pem')
  const { publicKey } = ownKey(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(ownKey(path).publicKey.spki).toEqual(publicKey.spki)
  chmodSync(path, 0o644)
  expect(() => ownKey(path)).toThrow('may be read by others')
})
