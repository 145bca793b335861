import { nodeCrypto as crypto, systemClock as wall, type Identity } from '@interlock/host'
import { ok, refused } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { createDirectory } from './directory.ts'

const charging = testHierarchy('charging')
const csms = charging.certify('csms')

/** A directory that has asked for that certificate, and what it found. */
async function asked(identity: Identity, options: { readonly rootPem?: string } = {}) {
  const serials = new Set<string>()
  let count = 0
  const directory = createDirectory({
    keys: {
      chainOf(thumbprint) {
        count++
        const isIt = thumbprint === identity.peer.thumbprint
        return Promise.resolve(isIt ? ok(identity.chainPem) : refused('NotFound'))
      },
    },
    rootPem: options.rootPem ?? charging.rootPem,
    wall,
    crypto,
    revoked: (serial) => serials.has(serial),
  })
  const learned = await directory.learn(identity.peer.thumbprint)
  return { directory, serials, learned, asks: () => count }
}

test('an author is believed by its chain, and asked for once', async () => {
  const { directory, learned, asks } = await asked(csms)
  expect(learned).toMatchObject({ role: 'csms', organisation: csms.peer.organisation })
  expect(directory.peerOf(csms.peer.thumbprint)).toEqual(learned)
  await directory.learn(csms.peer.thumbprint)
  expect(asks()).toBe(1)
})

test('whoever is revoked later is heard no longer', async () => {
  const { directory, serials } = await asked(csms)
  serials.add(csms.peer.serialHex)
  expect(directory.peerOf(csms.peer.thumbprint)).toBeUndefined()
  expect(await directory.learn(csms.peer.thumbprint)).toBeUndefined()
})

test('a chain under another root, or under another name, is nobody’s; what is not there is not asked for at once', async () => {
  const other = await asked(csms, { rootPem: testHierarchy('charging').rootPem })
  expect(other.learned).toBeUndefined()
  expect(other.directory.peerOf(csms.peer.thumbprint)).toBeUndefined()
  expect(await other.directory.learn(csms.peer.thumbprint)).toBeUndefined()
  expect(other.asks()).toBe(1)
  const { directory } = await asked(csms)
  expect(await directory.learn('A'.repeat(43))).toBeUndefined()
})
