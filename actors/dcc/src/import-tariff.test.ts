import { cancellation, type TimeOfUseTariffBody } from '@interlock/duis'
import { encodePreCommand } from '@interlock/gbcs'
import { eui64, instant, plus, inHours, toHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { importTariffOf, tariffBodyProblem, tariffDateProblem } from './import-tariff.ts'

const now = instant(Date.UTC(2026, 0, 5, 18))
const date = { year: 2015, month: 3, day: 29, weekday: 'any' } as const
const body: TimeOfUseTariffBody = {
  kind: 'timeOfUseTariff',
  elements: {
    currency: 'GBP',
    switching: {
      days: [
        { name: 1, switches: [{ at: '00:00:00', register: 1 }] },
        { name: 2, switches: [{ at: '23:59:01', register: 48 }] },
      ],
      weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 2, 2] }],
      seasons: [{ name: 'summer', start: date, week: 1 }],
    },
    specialDays: [{ date: { ...date, year: 'any' }, day: 2 }],
    thresholds: Array.from({ length: 8 }, () => [0xffff_ffff]),
  },
  prices: {
    standingCharge: 1,
    standingChargeScale: -2,
    priceScale: -5,
    timeOfUse: [2_121, -1],
    blocks: [],
  },
}
const problem = (change: Partial<TimeOfUseTariffBody>) => {
  const tariff = importTariffOf({ ...body, ...change })
  return (tariffBodyProblem(tariff) ?? tariffDateProblem(tariff, now, -1))?.detail
}

test('a tariff is what the body says, and a register without a price costs nothing', () => {
  expect(importTariffOf(body)).toEqual({
    seasons: [{ name: 'summer', start: { year: 2015, month: 3, day: 29 }, week: 1 }],
    weeks: body.elements.switching.weeks,
    days: [
      { name: 1, switches: [{ atSeconds: 0, register: 1 }] },
      { name: 2, switches: [{ atSeconds: 86_341, register: 48 }] },
    ],
    specialDays: [{ date: { year: 'any', month: 3, day: 29 }, day: 2 }],
    thresholds: body.elements.thresholds,
    standingCharge: 1,
    standingChargeScale: -2,
    prices: [2_121, -1, ...Array.from({ length: 78 }, () => 0)],
    priceScale: -5,
    execution: 'atOnce',
  })
  expect(problem({})).toBeUndefined()
})

test('prices of blocks stand after those by time of use, block by block', () => {
  const blocks = [
    [1, 2],
    [3, 4, 5, 6],
  ]
  const { prices } = importTariffOf({ ...body, prices: { ...body.prices, blocks } })
  const eight = (...first: readonly number[]) => [...first, 0, 0, 0, 0, 0, 0]
  expect(prices.slice(48)).toEqual([...eight(1, 3), ...eight(2, 4), ...eight(0, 5), ...eight(0, 6)])
  expect(prices.slice(0, 3)).toEqual([2_121, -1, 0])
})

test('a tariff is carried out at once, at its date within thirty days, or never', () => {
  const at = plus(now, inHours(30 * 24))
  const tail = (executeAt: typeof now) => {
    const originator = eui64('90-B3-D5-1F-30-01-00-00')
    const target = eui64('00-DB-12-34-56-78-90-A0')
    const tariff = importTariffOf({ ...body, executeAt })
    const command = { useCase: 'ECS01a', originator, target, counter: 1n, ...tariff } as const
    return toHex(encodePreCommand(command)).slice(-28)
  }
  expect(tail(at)).toBe('090c07ea0204ff120000008000ff')
  expect(tail(cancellation)).toBe('090cffffffffffffffffff8000ff')
  expect(problem({ executeAt: at })).toBeUndefined()
  expect(problem({ executeAt: cancellation })).toBeUndefined()
  expect(problem({ executeAt: now })).toContain('ExecutionPast')
  expect(problem({ executeAt: plus(at, inHours(1)) })).toContain('ExecutionTooFar')
})

test('what has no place in the message is refused', () => {
  const { elements, prices } = body
  const { switching } = elements
  const unfit = 'the tables of the tariff do not fit the message'
  expect(problem({ prices: { ...prices, timeOfUse: [32_768] } })).toBe(unfit)
  expect(problem({ prices: { ...prices, standingCharge: 32_768 } })).toBe(unfit)
  expect(problem({ elements: { ...elements, specialDays: [{ date, day: 3 }] } })).toBe(unfit)
  const weeks = [...switching.weeks, ...switching.weeks]
  expect(problem({ elements: { ...elements, switching: { ...switching, weeks } } })).toBe(unfit)
})
