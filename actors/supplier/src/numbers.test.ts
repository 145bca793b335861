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
