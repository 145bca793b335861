import { expect, test } from 'vitest'
import { capacityAt, holdForecast, wattsOf, type Asked, type HeldForecasts } from './capacity.ts'
import { oscpLimits } from './limits.ts'
import type { Phase } from './messages/fields.ts'
import type { BlockUnit, ForecastedBlock } from './messages/forecasted-blocks.ts'
import { at, forecast } from './peers.fixture.ts'

const block = (
  capacity: number,
  phase: Phase = 'ALL',
  unit: BlockUnit = 'W',
  from = 0,
  until = 900,
): ForecastedBlock => ({ capacity, phase, unit, from: at(from), until: at(until) })
const holding = (...blocks: ForecastedBlock[]): HeldForecasts =>
  holdForecast({}, { ...forecast, blocks }, at(0))
const asked: Asked = {
  at: at(0),
  direction: 'CONSUMPTION',
  silent: false,
  contractedWatts: 5_000,
  volts: 230,
}

test.each<[BlockUnit, Phase, number]>([
  ['W', 'ALL', 12],
  ['KW', 'ALL', 12_000],
  ['WH', 'ALL', 48],
  ['KWH', 'ALL', 48_000],
  ['A', 'ONE', 2_760],
  ['A', 'ALL', 8_280],
  ['A', 'UNKNOWN', 2_760],
])('12 %s on %s in a quarter of an hour are %i W', (unit, phase, watts) => {
  expect(wattsOf(block(12, phase, unit), 230)).toBe(watts)
})

test('the forecast counts in its block, whose end is not in it', () => {
  const held = holding(block(100), block(200, 'ALL', 'W', 900, 1_800))
  const at_ = (seconds: number) => capacityAt(held, { ...asked, at: at(seconds) }).watts
  expect([at_(0), at_(899), at_(900)]).toEqual([100, 100, 200])
})

const fallback = { ...forecast, type: 'FALLBACK_CONSUMPTION' as const, blocks: [block(30)] }

test('of a silent operator the fallback forecast counts, else the contract', () => {
  const held = holdForecast(holding(block(100)), fallback, at(0))
  const silent = { ...asked, silent: true }
  expect(capacityAt(held, asked)).toEqual({ watts: 100, source: 'forecast' })
  expect(capacityAt(held, silent)).toEqual({ watts: 30, source: 'fallback' })
  expect(capacityAt(held, { ...silent, at: at(900) })).toEqual({ watts: 5_000, source: 'contract' })
})

test('of a time that no forecast speaks of the fallback counts too', () => {
  const held = holdForecast(holding(block(100, 'ALL', 'W', 900, 1_800)), fallback, at(0))
  expect(capacityAt(held, asked)).toEqual({ watts: 30, source: 'fallback' })
})

test('generation and consumption are two things', () => {
  const held = holding(block(100))
  expect(capacityAt(held, { ...asked, direction: 'GENERATION' }).source).toBe('contract')
})

test('phases are limited each, and together by what all of them may', () => {
  const one = capacityAt(holding(block(10, 'ONE'), block(20, 'TWO'), block(30, 'THREE')), asked)
  expect(one).toMatchObject({ watts: 60, phaseWatts: [10, 20, 30] })
  const all = capacityAt(holding(block(40), block(10, 'ONE')), asked)
  expect(all).toMatchObject({ watts: 40, phaseWatts: [10, Infinity, Infinity] })
  const some = capacityAt(holding(block(10, 'ONE')), asked)
  expect(some).toMatchObject({ watts: 10, phaseWatts: [10, 0, 0] })
})

test('a newer forecast replaces what it speaks of and leaves the rest', () => {
  const held = holding(block(1), block(2, 'ALL', 'W', 900, 1_800), block(3, 'ONE'))
  const newer = holdForecast(held, { ...forecast, blocks: [block(9)] }, at(0))
  expect(newer.CONSUMPTION?.blocks.map(({ capacity }) => capacity).sort()).toEqual([2, 3, 9])
})

test('what is over is let go, and no more is held than one message can say', () => {
  const many = (from: number): ForecastedBlock[] =>
    Array.from({ length: oscpLimits.blocksMax }, (_, each) =>
      block(each, 'ALL', 'W', from + each, from + each + 1),
    )
  const held = holding(...many(0))
  const more = holdForecast(held, { ...forecast, blocks: many(oscpLimits.blocksMax) }, at(10))
  expect(more.CONSUMPTION?.blocks).toHaveLength(oscpLimits.blocksMax)
  expect(more.CONSUMPTION?.blocks[0]?.from).toBe(at(10))
})
