import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { temporaryDir } from './files.ts'
import { testHierarchy } from './identity.fixture.ts'
import { loadIdentity, loadPlainIdentity, saveIdentity } from './identity.ts'
import { nodeCrypto } from './node-crypto.ts'

const dir = temporaryDir('interlock-identity')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const { keyPem, chainPem, peer } = testHierarchy().identity('csms', 'csms')
const keyPath = join(dir, 'key.pem')
const chainPath = join(dir, 'chain.pem')
beforeEach(() => saveIdentity(dir, keyPem, chainPem))

test('an identity that was saved is loaded, its key for its owner only', () => {
  expect(loadIdentity(dir)).toMatchObject({ keyPem, chainPem })
  expect(loadIdentity(dir).peer.commonName).toBe('csms')
  expect(loadIdentity(dir).peer.thumbprint).toBe(peer.thumbprint)
  expect(statSync(keyPath).mode & 0o777).toBe(0o600)
})

test.each<[string, () => void, string]>([
  ['a missing key', () => rmSync(keyPath), `${keyPath}: cannot be read`],
  ['a missing certificate', () => rmSync(chainPath), `${chainPath}: cannot be read`],
  ['a key that others may read', () => chmodSync(keyPath, 0o640), 'others than its owner'],
  ['a broken key', () => writeFileSync(keyPath, 'broken'), 'key cannot be read'],
  ['no certificate', () => writeFileSync(chainPath, 'none'), 'holds no certificate'],
  [
    'a certificate that is none',
    () =>
      writeFileSync(
        chainPath,
        chainPem.replace(/MII.{40}/, (text) => `${text.slice(0, -8)}AAAAAAAA`),
      ),
    chainPath,
  ],
  [
    "another's key",
    () => writeFileSync(keyPath, nodeCrypto.generateKey().pem),
    'the certificate belongs to another key',
  ],
])('%s is named, with the file and a remedy', (_words, spoil, message) => {
  spoil()
  expect(() => loadIdentity(dir)).toThrow(
    expect.objectContaining({
      code: 'IdentityUnreadable',
      message: expect.stringContaining(message),
      remedy: expect.any(String),
    }),
  )
})

test("a certificate of another authority has its owner's key beside it, too", () => {
  expect(loadPlainIdentity(dir, peer)).toMatchObject({ keyPem, chainPem })
  chmodSync(keyPath, 0o644)
  expect(() => loadPlainIdentity(dir, peer)).toThrow('others than its owner')
})
