import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { temporaryDir } from './files.ts'
import { createHierarchy } from './hierarchy.fixture.ts'
import { testHierarchy } from './identity.fixture.ts'
import {
  demandHost,
  loadIdentity,
  loadPlainIdentity,
  loadRsaPair,
  saveIdentity,
} from './identity.ts'
import { generateRsaKey, nodeCrypto } from './node-crypto.ts'

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

test('an RSA pair is loaded whole, and for no other host than its own (A00.FR.510)', () => {
  const pair = createHierarchy().certifyRsa('csms', 'localhost')
  saveIdentity(dir, pair.keyPem, pair.chainPem)
  expect(loadRsaPair(dir)).toEqual(pair)
  demandHost(pair.chainPem, 'localhost', chainPath)
  const elsewhere = () => demandHost(pair.chainPem, 'csms.example', chainPath)
  expect(elsewhere).toThrow(/not the certificate of the host csms.example/)
  // A DNS name of it, and not its common name.
  expect(() => demandHost(pair.chainPem, '127.0.0.1', chainPath)).toThrow(/127.0.0.1/)
  saveIdentity(dir, generateRsaKey().pem, pair.chainPem)
  expect(() => loadRsaPair(dir)).toThrow(/another key/)
  saveIdentity(dir, keyPem, chainPem)
  expect(() => loadRsaPair(dir)).toThrow(/not strong RSA/)
})
