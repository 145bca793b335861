import { feederSumRules } from '@interlock/contract'
import { nodeCrypto as crypto, silentLog, systemEntropy as entropy } from '@interlock/host'
import { eui64, instant, ok } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Following } from '@interlock/topics'
import { findingsOfLate } from '@interlock/topics/late.fixture'
import { memoryJournal } from '@interlock/topics/topics.fixture'
import { expect, test } from 'vitest'
import { takePartInSums } from './take-part.ts'

const [other, dso] = [eui64('02-00-00-00-00-02-00-02'), eui64('02-00-00-00-00-02-00-03')]
const place = { region: 'eastern', feeder: 'f1' }
const payloads: Readonly<Record<string, unknown>> = {
  maskKey: { key: 'A'.repeat(122) },
  maskRoster: { version: 1, members: [{ station: other, key: 'A'.repeat(43) }] },
  maskRound: { step: 'audit', roster: 1, round: 1 },
}

test('what others say too late for a sum is passed over, and a gap when they speak on', async () => {
  const followed: Following[] = []
  const part = takePartInSums({
    topics: {
      publish: () => Promise.resolve(ok(undefined)),
      tell: () => true,
      follow: (each) => void followed.push(each),
    },
    station: eui64('02-00-00-00-00-02-00-01'),
    place,
    dso,
    key: crypto.ephemeralKey(),
    journal: memoryJournal(),
    rules: feederSumRules,
    meter: () => ({ watts: 0, registerWattHours: 0 }),
    onRefused: () => {},
    deps: { clock: testClock(instant(1_800_000_000_000)), crypto, entropy, log: silentLog },
  })
  const kinds = followed.map(({ selection }) => selection.kind)
  expect(kinds).toEqual(['maskKey', 'maskRoster', 'maskRound'])
  for (const each of followed) {
    const { kind } = each.selection
    const [role, id] = kind === 'maskKey' ? (['station', other] as const) : (['dso', dso] as const)
    const said = { topic: { ...place, kind, id }, role, payload: payloads[kind] }
    expect(await findingsOfLate(each, said), kind).toEqual(['SealGap'])
  }
  part.close()
})
