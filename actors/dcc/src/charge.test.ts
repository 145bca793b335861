import { limits, type Arm } from '@interlock/contract'
import { eui64, inHours, instant, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { chargeOf } from './charge.ts'

const from = instant(Date.UTC(2026, 0, 5, 18))
const until = plus(from, inHours(2))
const late = until + 1000 * limits.randomDelaySecondsMax
const arm: Arm = {
  digest: 'ab'.repeat(32),
  use: 'onDemand',
  originator: eui64('02-00-00-00-00-00-00-01'),
  target: eui64('02-00-00-00-00-00-00-02'),
  counter: 1n,
  evse: 1,
  direction: 'import',
  levelPercent: 50,
  from,
  until,
}
const account = { organisation: arm.originator, region: 'GB' }

test.each([
  ['onDemand', 'ends with its window, both ways', until, until],
  ['response', 'may return later than its window, by a random delay', until, late],
  ['supplied', 'may begin later as well', late, late],
] as const)('what is armed as %s %s, and is charged so long', (use, _what, change, back) => {
  const swingWatts = 7_000
  expect(chargeOf({ ...arm, use }, swingWatts, account).edges).toEqual([
    { from, until: change, swingWatts },
    { from, until: back, swingWatts },
  ])
})
