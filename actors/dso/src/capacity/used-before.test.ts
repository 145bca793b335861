import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { blockMillis, blocksPerDay } from '../forecast/load-series.ts'
import { openBlocks } from '../metering/blocks.ts'
import { divide } from './divide.ts'
import { usedBefore } from './used-before.ts'

const midnight = Date.UTC(2026, 0, 5)
const at = (block: number) => instant(midnight + block * blockMillis)
const contracts = [
  { operator: 'acacia', contractedWatts: 20_000 },
  { operator: 'birch', contractedWatts: 20_000 },
]
const expected = {
  forecastWatts: 30_000,
  marginWatts: 5_000,
  ratedWatts: 60_000,
  allotted: { acacia: 12_000, birch: 12_000 },
}

/** One block after the other: what each reported, and the meter. */
function book(
  days: readonly { reported: Record<string, number>; meteredWatts?: number }[],
  entries: unknown[] = [],
) {
  const blocks = openBlocks({
    entries: () => entries,
    append: (entry) => void entries.push(entry),
    isLong: false,
    rewrite: () => {},
    close: () => {},
  })
  for (const [day, { reported, meteredWatts }] of days.entries()) {
    const from = at(day * blocksPerDay)
    blocks.expect('feeder-1', from, expected)
    for (const [operator, watts] of Object.entries(reported))
      blocks.report('feeder-1', from, operator, watts)
    if (meteredWatts !== undefined) blocks.meter('feeder-1', from, meteredWatts)
    blocks.judge(at(day * blocksPerDay + 2))
  }
  return { entries, used: usedBefore(blocks.of('feeder-1'), contracts) }
}
const tomorrow = at(2 * blocksPerDay)

test('history is the mean of what was reported at the time of day, and outlives a restart', () => {
  const { entries, used } = book([
    { reported: { acacia: 8_000, birch: 2_000 }, meteredWatts: 40_000 },
    { reported: { acacia: 4_000 }, meteredWatts: 40_000 },
  ])
  const { used: again } = book([], entries)
  for (const each of [used, again]) {
    expect([each('acacia', tomorrow), each('birch', tomorrow)]).toEqual([6_000, 1_000])
    expect(each('acacia', at(2 * blocksPerDay + 1))).toBe(0)
    expect(each('cedar', tomorrow)).toBe(0)
  }
})

test('the division follows contract and history', () => {
  const { used } = book([{ reported: { acacia: 9_000 }, meteredWatts: 39_000 }])
  const claims = contracts.map((contract) => ({
    ...contract,
    usedWatts: used(contract.operator, tomorrow),
    fallbackWatts: 2_000,
  }))
  expect(divide(12_000, claims)).toEqual([
    { operator: 'acacia', watts: 9_500 },
    { operator: 'birch', watts: 2_500 },
  ])
})

test('a provider that reports more than the meter saw gains nothing by it, and takes nothing from others', () => {
  const honest = book([{ reported: { acacia: 5_000, birch: 3_000 }, meteredWatts: 38_000 }]).used
  const lying = book([{ reported: { acacia: 12_000, birch: 3_000 }, meteredWatts: 38_000 }]).used
  for (const used of [honest, lying])
    expect([used('acacia', tomorrow), used('birch', tomorrow)]).toEqual([5_000, 3_000])
  // No vehicle charged: there is nothing for a report to be true of.
  const idle = book([{ reported: { acacia: 12_000 }, meteredWatts: 29_000 }]).used
  expect(idle('acacia', tomorrow)).toBe(0)
})

test('what was drawn beyond the allotment, or of a block that no meter has spoken of, does not count', () => {
  const { used } = book([{ reported: { acacia: 18_000 }, meteredWatts: 60_000 }])
  expect(used('acacia', tomorrow)).toBe(12_000)
  expect(book([{ reported: { acacia: 8_000 } }]).used('acacia', tomorrow)).toBe(0)
})

test('a block that others may still report of is not history yet', () => {
  const record = {
    group: 'feeder-1',
    from: at(0),
    expected,
    reported: { acacia: 8_000 },
    meteredWatts: 40_000,
  }
  expect(usedBefore([record], contracts)('acacia', tomorrow)).toBe(0)
  expect(usedBefore([{ ...record, breaches: [] }], contracts)('acacia', tomorrow)).toBe(8_000)
})
