import { nodeCrypto as crypto, silentLog, systemEntropy as entropy } from '@interlock/host'
import { eui64, inMinutes, instant } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Peer } from '@interlock/pki'
import type { Following } from '@interlock/topics'
import { expect, test } from 'vitest'
import { takePartInSums } from './take-part.ts'

test('rosters and rounds of the operator that the config names are heard, and of nobody else', () => {
  const [dso, other] = [eui64('A0-00-00-00-00-00-00-05'), eui64('A0-00-00-00-00-00-00-06')]
  const station = eui64('00-00-00-00-00-00-00-01')
  const followed = new Map<string, Following>()
  const part = takePartInSums({
    topics: {
      publish: () => expect.fail(),
      tell: () => true,
      follow: (each) => void followed.set(each.name, each),
    },
    station,
    place: { region: 'eastern', feeder: 'f1' },
    dso,
    key: crypto.ephemeralKey(),
    journal: { entries: () => [], append() {}, isLong: false, rewrite() {}, close() {} },
    rules: {
      honestMin: 2,
      coalitionMax: 0,
      roundMillis: inMinutes(1),
      roundsPerWindow: 10,
      readingMax: 1n,
    },
    meter: () => ({ watts: 0, registerWattHours: 0 }),
    onRefused: () => {},
    deps: { clock: testClock(instant(0)), crypto, entropy, log: silentLog },
  })
  const hears = (kind: string, role: Peer['role'], organisation: Peer['organisation']) =>
    followed.get(kind)?.hears?.({ role, organisation } as Peer, {
      region: 'eastern',
      feeder: 'f1',
      kind: 'maskRoster',
      id: 'one',
    })
  for (const kind of ['maskRoster', 'maskRound']) {
    expect(hears(kind, 'dso', dso)).toBe(true)
    expect(hears(kind, 'dso', other)).toBe(false)
    expect(hears(kind, 'csms', dso)).toBe(false)
  }
  part.close()
})
