import { position } from '@interlock/bus'
import { topicTable } from '@interlock/contract'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createShares } from './shares.ts'

const start = instant(1_800_000_000_000)
const later = (millis: number) => instant(start + millis)
const { retentionMillis } = topicTable.load
const one = '02-00-00-00-00-00-00-01'
const other = '02-00-00-00-00-00-00-02'

/** Loads that are kept of `count` which an organisation publishes at `now`. */
function keptOf(shares: ReturnType<typeof createShares>, organisation: string, count: number) {
  let kept = 0
  for (let i = 0; i < count; i++) {
    const place = shares.take(organisation, 'load', start)
    if (place === undefined) continue
    place.kept(position(++kept))
  }
  return kept
}

test('an organisation has its share of a kind, and takes none of another’s or of another kind', () => {
  const shares = createShares(3)
  expect(keptOf(shares, one, 10)).toBe(3)
  expect(keptOf(shares, other, 10)).toBe(3)
  expect(shares.take(one, 'session', start)).toBeDefined()
  // Without a share what one may publish is bounded by nothing but its pace.
  expect(keptOf(createShares(Infinity), one, 10)).toBe(10)
})

test('a share is free again once what filled it is forgotten, and no sooner', () => {
  const shares = createShares(3)
  keptOf(shares, one, 3)
  expect(shares.take(one, 'load', later(retentionMillis - 1))).toBeUndefined()
  expect(shares.take(one, 'load', later(1.05 * retentionMillis))).toBeDefined()
})

test('what is kept counts after a restart, until it is forgotten', () => {
  const before = createShares(3)
  keptOf(before, one, 3)
  const after = createShares(3, JSON.parse(JSON.stringify(before.changed())) as unknown[])
  expect(after.changed()).toBeUndefined()
  expect(after.take(one, 'load', start)).toBeUndefined()
  expect(after.take(other, 'load', start)).toBeDefined()
  expect(after.take(one, 'load', later(1.05 * retentionMillis))).toBeDefined()
})

test('what was not kept, or was kept before, takes no place', () => {
  const shares = createShares(1)
  shares.take(one, 'load', start)?.notKept()
  shares.take(one, 'load', start)?.kept(position(7))
  expect(shares.take(one, 'load', start)).toBeUndefined()
  const roomy = createShares(2)
  for (let sent = 1; sent <= 5; sent++) roomy.take(one, 'load', start)?.kept(position(7))
  expect(roomy.take(one, 'load', start)).toBeDefined()
})
