import { feederSumRules } from '@interlock/contract'
import { nodeCrypto as crypto, silentLog, temporaryDir } from '@interlock/host'
import { eui64, instant, ok } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Audit } from '@interlock/ledger'
import type { Following } from '@interlock/topics'
import { findingsOfLate } from '@interlock/topics/late.fixture'
import { expect, test } from 'vitest'
import { summedFeeders } from './run-sums.ts'

const station = eui64('02-00-00-00-00-02-00-01')
const word = '0'.repeat(16)
const payloads: Readonly<Record<string, unknown>> = {
  maskKey: { key: 'A'.repeat(122) },
  masked: { step: 'reading', round: 1, values: { watts: word, wattHours: word } },
}

test('what a station says too late for a sum is passed over, and a gap when it speaks on', async () => {
  const followed: Following[] = []
  const [feeder] = summedFeeders(
    {
      region: 'eastern',
      data: temporaryDir('interlock-run-sums'),
      feeders: [{ group: 'f1', ratedWatts: 1, history: '', contracts: [], chargers: [station] }],
    },
    {
      topics: {
        join: () => {},
        publish: () => Promise.resolve(ok(undefined)),
        tell: () => true,
        follow: (each) => void followed.push(each),
      },
      us: eui64('02-00-00-00-00-02-00-02'),
      rules: feederSumRules,
      audit: { record: () => {} } as unknown as Audit,
      deps: { clock: testClock(instant(1_800_000_000_000)), crypto, log: silentLog },
    },
  )
  expect(followed.map(({ selection }) => selection.kind)).toEqual(['maskKey', 'masked'])
  for (const each of followed) {
    const { kind } = each.selection
    const topic = { region: 'eastern', feeder: 'f1', kind, id: station }
    const said = { topic, role: 'station' as const, payload: payloads[kind] }
    expect(await findingsOfLate(each, said), kind).toEqual(['SealGap'])
  }
  feeder?.close()
})
