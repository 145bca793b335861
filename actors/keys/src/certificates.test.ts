import { nodeCrypto as crypto, systemClock } from '@interlock/host'
import { inHours, plus } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { openCertificates } from './certificates.ts'

test('a certificate is kept over a restart, and forgotten, on the disk too, when it has expired', () => {
  const hierarchy = testHierarchy('charging')
  const { chainPem, peer } = hierarchy.certify('dso')
  let entries: unknown[] = []
  const journal: Journal = {
    entries: () => structuredClone(entries),
    append: (entry) => void entries.push(entry),
    isLong: false,
    rewrite: (kept) => void (entries = [...kept]),
    close: () => {},
  }
  const world = { now: systemClock.now() }
  const open = () =>
    openCertificates(journal, {
      rootPem: hierarchy.rootPem,
      revoked: () => false,
      wall: { now: () => world.now },
      crypto,
    })
  expect(open().take(chainPem, peer).ok).toBe(true)
  expect(open().isTrusted(peer.thumbprint)).toBe(true)
  expect(entries).toHaveLength(1)
  world.now = plus(peer.notAfter, inHours(1))
  expect(open().chainOf(peer.thumbprint)).toBeUndefined()
  expect(entries).toEqual([])
})
