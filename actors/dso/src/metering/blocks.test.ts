import { instant, type Instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { blockMillis } from '../forecast/load-series.ts'
import { openBlocks, type Blocks } from './blocks.ts'

const start = instant(Math.floor(1_800_000_000_000 / blockMillis) * blockMillis)
const at = (block: number): Instant => instant(start + block * blockMillis)
const expected = {
  forecastWatts: 30_000,
  marginWatts: 5_000,
  ratedWatts: 100_000,
  allotted: { acacia: 10_000, birch: 10_000 },
}

function book(entries: unknown[] = []) {
  const blocks = openBlocks({
    entries: () => entries,
    append: (entry) => void entries.push(entry),
    isLong: false,
    rewrite: () => {},
    close: () => {},
  })
  return { blocks, entries }
}
const kinds = (blocks: Blocks, now: Instant) =>
  blocks.judge(now).map(({ breaches }) => breaches?.map(({ kind }) => kind))

test('who reports less than was drawn is found by the meter, and not by the reports', () => {
  const { blocks } = book()
  blocks.expect('feeder-1', at(0), expected)
  for (const operator of ['acacia', 'birch']) blocks.report('feeder-1', at(0), operator, 9_000)
  // Reports alone show nothing, however long one waits.
  expect(blocks.judge(at(50))).toEqual([])
  blocks.meter('feeder-1', at(0), 70_000)
  expect(kinds(blocks, at(1))).toEqual([['AllotmentsExceeded', 'ReportsContradicted']])
  expect(blocks.of('feeder-1')[0]?.breaches?.[0]).toMatchObject({ excessWatts: 15_000 })
  // Once.
  expect(blocks.judge(at(2))).toEqual([])
})

test('a feeder that carries what was allotted and forecast accuses nobody', () => {
  const { blocks } = book()
  blocks.expect('feeder-1', at(0), expected)
  for (const operator of ['acacia', 'birch']) blocks.report('feeder-1', at(0), operator, 9_000)
  blocks.meter('feeder-1', at(0), 54_000)
  expect(kinds(blocks, at(1))).toEqual([[]])
})

test('who says nothing is not waited for longer than a block', () => {
  const { blocks } = book()
  blocks.expect('feeder-1', at(0), expected)
  blocks.meter('feeder-1', at(0), 60_000)
  expect(kinds(blocks, at(1))).toEqual([])
  expect(kinds(blocks, at(2))).toEqual([['AllotmentsExceeded']])
})

test('the first word counts, of what was expected, reported and metered, also after a restart', () => {
  const { blocks, entries } = book()
  blocks.expect('feeder-1', at(0), expected)
  blocks.report('feeder-1', at(0), 'acacia', 40_000)
  const { blocks: again } = book(entries)
  again.expect('feeder-1', at(0), { ...expected, allotted: { acacia: 90_000 } })
  again.report('feeder-1', at(0), 'acacia', 1_000)
  expect(again.meter('feeder-1', at(0), 70_000)).toBe('taken')
  expect(again.meter('feeder-1', at(0), 70_000)).toBe('known')
  expect(again.meter('feeder-1', at(0), 20_000)).toBe('contradicted')
  expect(again.of('feeder-1')).toMatchObject([
    { expected, reported: { acacia: 40_000 }, meteredWatts: 70_000 },
  ])
  // It accuses itself, and by that acquits nobody.
  expect(kinds(again, at(2))).toEqual([['AllotmentExceeded', 'AllotmentsExceeded']])
})

test('a meter that says nothing of a block is noticed', () => {
  const { blocks } = book()
  blocks.expect('feeder-1', at(0), expected)
  expect(blocks.unmetered('feeder-1', at(1))).toEqual([])
  expect(blocks.unmetered('feeder-1', at(2))).toHaveLength(1)
  expect(blocks.unmetered('feeder-2', at(2))).toEqual([])
})

test('two days are kept', () => {
  const { blocks } = book()
  for (let block = 0; block < 300; block += 1) blocks.expect('feeder-1', at(block), expected)
  expect(blocks.of('feeder-1').length).toBeLessThanOrEqual(193)
})
