import { eui64, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { openNumbers } from './numbers.ts'

const meters = ['02-00-00-03-00-00-00-01', '02-00-00-03-00-00-00-02'].map(eui64)

function journal(entries: unknown[], isLong: boolean) {
  return {
    entries: () => entries,
    append: (entry: unknown) => void entries.push(entry),
    isLong,
    rewrite: (next: readonly unknown[]) => void entries.splice(0, entries.length, ...next),
    close: () => {},
  }
}

test.each([false, true])('no number is used twice, whether the journal is long (%s)', (isLong) => {
  const entries: unknown[] = []
  const numbers = openNumbers(journal(entries, isLong))
  const now = instant(1_000)
  for (const meter of meters) {
    expect(numbers.nextCounter(meter, now)).toBe(1_000n)
    expect(numbers.nextCounter(meter, now)).toBe(1_001n)
  }
  expect(numbers.nextVersion()).toBe(1)
  expect(entries).toHaveLength(isLong ? 1 + meters.length : 5)
  const again = openNumbers(journal(entries, isLong))
  expect(meters.map((meter) => again.nextCounter(meter, now))).toEqual([1_002n, 1_002n])
  expect(again.nextVersion()).toBe(2)
})

test.each([false, true])(
  'what waits for its date stands above what is sent until then (%s)',
  (isLong) => {
    const [meter = eui64('02-00-00-03-00-00-00-01')] = meters
    const entries: unknown[] = []
    const numbers = openNumbers(journal(entries, isLong))
    const [now, executeAt] = [instant(1_000), instant(9_000)]
    expect(numbers.datedCounter(meter, executeAt, now, '11.3')).toBe(9_000n)
    expect(numbers.datedCounter(meter, executeAt, now, '11.3')).toBe(9_001n)
    expect(numbers.nextCounter(meter, now)).toBe(1_000n)
    const again = openNumbers(journal(entries, isLong))
    expect(again.nextCounter(meter, instant(8_999))).toBe(8_999n)
    expect(again.nextCounter(meter, executeAt)).toBe(9_002n)
    // What has passed is forgotten, and still not given out.
    expect(again.datedCounter(meter, instant(9_500), instant(9_100), '11.3')).toBe(9_500n)
    expect(entries.filter((each) => (each as { kind: string }).kind === 'dated')).toHaveLength(
      isLong ? 1 : 3,
    )
    expect(again.nextCounter(meter, instant(9_001))).toBe(9_003n)
  },
)

test.each([false, true])('until when a tariff is held is known over a restart (%s)', (isLong) => {
  const entries: unknown[] = []
  const numbers = openNumbers(journal(entries, isLong))
  expect(numbers.heldUntil()).toBe(0)
  for (const until of [9_000, 8_000]) numbers.hold(instant(until))
  expect(openNumbers(journal(entries, isLong)).heldUntil()).toBe(9_000)
})

test.each([false, true])(
  'what is cancelled is passed by a counter above it, unless that ends something else (%s)',
  (isLong) => {
    const [meter = eui64('02-00-00-03-00-00-00-01')] = meters
    const entries: unknown[] = []
    const now = instant(1_000)
    const first = openNumbers(journal(entries, isLong))
    expect(first.aboveDated(meter, '11.3', now)).toMatchObject({ reason: 'NothingDated' })
    const firmware = first.datedCounter(meter, instant(9_000), now, '11.3')
    expect(first.datedCounter(meter, instant(20_000), now, '1.1.1')).toBe(20_000n)
    const again = openNumbers(journal(entries, isLong))
    // The tariff stands above it, and stays.
    expect(again.aboveDated(meter, '11.3', now)).toEqual({ ok: true, value: firmware + 1n })
    expect(again.nextCounter(meter, now)).toBe(firmware + 2n)
    again.datedCounter(meter, instant(10_000), now, '11.3')
    again.datedCounter(meter, instant(30_000), now, '11.3')
    expect(again.aboveDated(meter, '11.3', now)).toMatchObject({ reason: 'OthersDated' })
    expect(again.aboveDated(meter, '1.1.1', now)).toMatchObject({ reason: 'OthersDated' })
  },
)
