import { encodePreCommand, signPreCommand, type ImportTariff } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, inHours, inSeconds, instant, plus, type Instant } from '@interlock/kernel'
import { openTariff, tariffOrder } from '@interlock/seal'
import { expect, test } from 'vitest'
import {
  document,
  framed,
  later,
  meter,
  next,
  nextSupplier,
  originator,
  ours,
  pinned,
  standard,
  start,
  supplier,
  tables,
  target,
  waitingIn,
} from './tariff-meter.fixture.ts'

test("the standard's tariff is kept over a restart, and priced by as the supplier signed it", () => {
  const first = meter()
  expect(first.read()).toBeUndefined()
  expect(first.send(standard(10, 21))).toBe('success')
  const second = first.again()
  expect(second.price()).toBe(21)
  expect(second.read()).toMatchObject({ ok: true, value: { counter: 10n, version: undefined } })
})

test('a tariff with a date comes into force then, and not before, also over a restart', () => {
  const first = meter()
  first.send(standard(10, 21))
  expect(first.send(standard(11, 30, { execution: later }))).toBe('success')
  expect([first.price(), first.memory.tariffComesAt()]).toEqual([21, later])
  const second = first.again()
  second.at(instant(later - 1000))
  expect(second.price()).toBe(21)
  second.at(later)
  expect([second.price(), second.memory.tariffComesAt()]).toEqual([30, undefined])
  // What has come does not go when the clock is put back.
  const third = second.again()
  expect(third.price()).toBeUndefined()
  expect(third.memory.tariff()?.tariff.counter).toBe(11n)
})

test.each<[string, (version: number) => Uint8Array]>([
  ['half-hourly prices', (version) => ours(11, version, 30, later)],
  ['a document of ours', (version) => document(11, version, 30, later)],
])('%s that begin later leave those of now in use until then, over a restart', (_what, sent) => {
  const first = meter()
  expect(first.send(ours(10, 3, 21))).toBe('success')
  expect(first.send(sent(4))).toBe('success')
  expect([first.price(), first.memory.tariffComesAt()]).toEqual([21, later])
  const second = first.again()
  second.at(instant(later - 1000))
  expect([second.price(), second.memory.tariff()?.tariff.counter]).toEqual([21, 10n])
  second.at(later)
  expect([second.price(), second.memory.tariffComesAt()]).toEqual([30, undefined])
  // It is nobody's date of execution: no alert is due.
  expect(waitingIn(second)).toEqual([])
  expect(second.again().memory.tariff()?.tariff.counter).toBe(11n)
})

test('prices that begin later count in the order at once, and what is sent later takes their place', () => {
  const one = meter()
  one.send(ours(10, 3, 21))
  one.send(ours(11, 5, 30, later))
  // Not the one that is in force: the highest that was set.
  expect(one.again().send(ours(12, 5, 22))).toBe('otherReason')
  expect(one.again().send(ours(13, 6, 22))).toBe('success')
  one.again().at(later)
  expect(one.again().memory.tariff()?.tariff.counter).toBe(13n)
})

test('a clock that the network contradicts brings no tariff in, and takes none with a date', () => {
  const one = meter()
  const time = (counter: number, from: Instant) => {
    const command = { useCase: 'ECS70', originator, target, counter: BigInt(counter) } as const
    return one.send(framed({ ...command, from, until: plus(from, inSeconds(60)) }))
  }
  one.send(standard(10, 21))
  one.send(standard(11, 30, { execution: later }))
  // Its clock runs hours ahead.
  one.at(instant(later - 1000))
  expect(time(12, start)).toBe('otherReason')
  one.at(later)
  expect(one.memory.tariffComesAt()).toBe(later)
  const dated = { execution: plus(later, inHours(1)) }
  expect(one.respond(standard(13, 40, dated))?.results).toContain('otherReason')
  expect(one.send(ours(14, 1, 40, plus(later, inHours(1))))).toBe('otherReason')
  expect(one.send(standard(15, 22))).toBe('success')
  expect(one.price()).toBe(22)
  expect(time(16, later)).toBe('success')
  expect(one.send(standard(17, 40, dated))).toBe('success')
})

test('when a date has come its supplier is told for each table, once, over a restart', () => {
  const first = meter()
  first.send(standard(10, 21))
  first.send(standard(11, 30, { execution: later }))
  first.at(instant(later - 1000))
  expect(waitingIn(first)).toEqual([])
  first.at(later)
  const second = first.again()
  second.at(plus(later, inHours(1)))
  const told = waitingIn(second)
  expect(told).toHaveLength(6)
  expect(told.map(({ counter }) => counter)).toEqual([1n, 2n, 3n, 4n, 5n, 6n])
  expect(told[0]).toEqual({
    counter: 1n,
    recipient: originator,
    commandCounter: 11n,
    object: 'activation of the calendar',
    at: later,
  })
  expect(new Set(told.map(({ object }) => object)).size).toBe(6)
  expect(waitingIn(second.again())).toEqual([])
  // Numbers go on where they ended.
  const third = second.again()
  const evening = plus(later, inHours(4))
  third.at(plus(later, inHours(2)))
  third.send(standard(12, 31, { execution: evening }))
  third.at(evening)
  expect(waitingIn(third).map(({ counter }) => counter)[0]).toBe(7n)
})

test('what is to come is cancelled, and nothing else is', () => {
  const one = meter()
  one.send(standard(10, 21))
  one.send(standard(11, 30, { execution: later }))
  expect(one.send(standard(12, 99, { execution: 'never' }))).toBe('success')
  expect(one.memory.tariffComesAt()).toBeUndefined()
  one.at(later)
  expect(one.price()).toBe(21)
  const again = one.again()
  expect(again.price()).toBe(21)
})

test('a cancellation is no tariff, whoever passes it off as one', () => {
  const frame = { useCase: 'ECS01a', originator, target, counter: 12n } as const
  const said = (execution: ImportTariff['execution']) => {
    const command = encodePreCommand({ ...frame, ...tables(1), execution })
    return openTariff(signPreCommand(command, supplier, crypto), target, pinned, crypto, start)
  }
  expect(said('never')).toMatchObject({ ok: false, reason: 'TariffUnreadable' })
  // Nor does one to come count before its date.
  expect(said(later)).toMatchObject({ ok: true, value: { prices: [] } })
  expect(said('atOnce')).toMatchObject({ value: { prices: { length: 7 * 48 } } })
})

test.each<[string, Uint8Array, number]>([
  ['a tariff at once', standard(12, 40), 40],
  ['one of ours', ours(12, 1, 41), 41],
])('what is sent later takes the place of what was to come: %s', (_what, sent, pence) => {
  const one = meter()
  one.send(standard(10, 21))
  one.send(standard(11, 30, { execution: later }))
  expect(one.send(sent)).toBe('success')
  expect(one.memory.tariffComesAt()).toBeUndefined()
  one.at(later)
  expect(one.price()).toBe(pence)
})

test('tariffs of the standard and of ours are one order, which never goes back', () => {
  const one = meter()
  expect(one.send(ours(10, 5, 1))).toBe('success')
  expect(one.send(standard(11, 21))).toBe('success')
  // By its counter later, by its version before what was in force before.
  expect(one.send(ours(12, 5, 2))).toBe('otherReason')
  expect(one.again().send(ours(13, 4, 2))).toBe('otherReason')
  expect(one.price()).toBe(21)
  expect(one.again().send(standard(11, 22))).toBe('discarded')
  expect(one.again().send(ours(20, 6, 3))).toBe('success')
  expect(one.again().send(standard(19, 22))).toBe('discarded')
  expect(one.again().price()).toBe(3)
})

test('nobody but the supplier sets it, and no bit of it can be changed', () => {
  const one = meter()
  const command = { useCase: 'ECS01a', originator, target, counter: 10n, ...tables(21) } as const
  expect(one.send(framed(command, next))).toBe('discarded')
  expect(one.send(framed({ ...command, originator: eui64('02-00-00-00-00-00-00-09') }))).toBe(
    'discarded',
  )
  const bytes = framed(command)
  for (let at = 0; at < bytes.length; at += 97)
    expect(one.send(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)))).toBe('discarded')
  expect(one.read()).toBeUndefined()
  expect(one.send(bytes)).toBe('success')
})

const results = (fails: (place: number) => boolean) =>
  Array.from({ length: 21 }, (_, at) => (fails(at) ? 'otherReason' : 'success'))
test.each<[string, Partial<ImportTariff>, readonly string[]]>([
  ['a date that is past', { execution: plus(start, inSeconds(-91)) }, results((at) => at >= 15)],
  ['a date too far ahead', { execution: plus(start, inHours(721)) }, results((at) => at >= 15)],
  ['prices beyond measure', { priceScale: 9 }, results((at) => at >= 13)],
  ['a standing charge paid out', { standingCharge: -1 }, results((at) => at >= 13)],
])('%s is answered for its objects and their dates, and nothing is kept', (_what, change, each) => {
  const one = meter()
  one.send(standard(10, 21))
  const answer = one.respond(standard(11, 30, change))
  expect(answer).toMatchObject({ useCase: 'ECS01a', result: 'otherReason', results: each })
  expect([one.price(), one.memory.tariffComesAt()]).toEqual([21, undefined])
  expect(one.send(standard(11, 30))).toBe('discarded')
})

test('with another supplier what the one before had set for later does not come', () => {
  const kept: unknown[] = []
  const one = meter(kept)
  one.send(ours(10, 7, 1))
  one.send(standard(11, 30, { execution: later }))
  one.memory.replace({}, { originator, counter: 11n })
  expect(one.memory.tariffComesAt()).toBe(later)
  one.memory.replace({}, { originator: nextSupplier, counter: 0n })
  expect(meter(kept).memory.tariffComesAt()).toBeUndefined()
  // Its versions are a series of their own.
  const { prices, from, version } = { prices: [2_000], from: start, version: 1 }
  const id = { useCase: 'UpdateHalfHourlyTariff', originator: nextSupplier, target } as const
  expect(one.send(framed({ ...id, counter: 1n, version, from, prices }, next))).toBe('success')
  expect(one.memory.tariff()?.tariff).toMatchObject({ originator: nextSupplier, version: 1 })
})

const history = [
  ours(10, 1, 1),
  standard(11, 2),
  standard(12, 3, { execution: later }),
  ours(13, 2, 4),
  standard(14, 5, { execution: later }),
  standard(15, 6, { execution: 'never' }),
  ours(16, 3, 7, later),
  standard(17, 8, { execution: later }),
]
const deaths = Array.from({ length: 17 }, (_, at) =>
  (['before', 'after'] as const).map((how) => ({ at: at + 1, how })),
).flat()

test('killed at each write, neither counter nor tariff goes back, and nothing is taken twice', () => {
  let killed = 0
  for (const death of deaths) {
    const kept: unknown[] = []
    const one = meter(kept, death)
    let reached = { answered: 0, order: -1n, counter: -1n }
    const order = (of: typeof one) => {
      const held = of.memory.tariff()
      return held === undefined ? -1n : tariffOrder(held.tariff).counter
    }
    try {
      for (const [index, frame] of history.entries()) {
        expect(one.send(frame)).toBe('success')
        reached = { answered: index + 1, order: order(one), counter: BigInt(10 + index) }
      }
      one.at(later)
      reached = { ...reached, order: order(one) }
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'killed') throw error
      killed++
    }
    const after = one.again()
    expect(after.memory.lastCounter(originator)).toBeGreaterThanOrEqual(reached.counter)
    expect(order(after)).toBeGreaterThanOrEqual(reached.order)
    for (const frame of history.slice(0, reached.answered))
      expect(after.send(frame)).toBe('discarded')
    // The supplier says again what was not answered, with another counter, and it all comes to the same.
    expect(after.send(standard(20, 9, { execution: later }))).toBe('success')
    after.at(later)
    expect(after.memory.tariff()?.tariff.counter).toBe(20n)
  }
  expect(killed).toBe(deaths.length)
})
