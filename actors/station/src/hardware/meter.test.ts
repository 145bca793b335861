import fc from 'fast-check'
import { instant, millis, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { energy, newMeter, read, setPower } from './meter.ts'

const start = instant(Date.UTC(2026, 0, 5))

test('an hour at 7,000 W is 7,000 Wh', () => {
  const meter = setPower(newMeter(start), 7_000, start)
  expect(energy(meter, plus(start, millis(3_600_000)))).toBe(7_000)
})

test('reading often or once gives the same register, to the watt-millisecond', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(22_000), fc.nat(900_000)), { maxLength: 30 }),
      (stretches) => {
        let often = newMeter(start)
        let exact = 0n
        let now = start
        for (const [power, duration] of stretches) {
          often = setPower(often, power, now)
          often = read(often, plus(now, millis(Math.floor(duration / 3))))
          now = plus(now, millis(duration))
          often = read(often, now)
          exact += BigInt(power) * BigInt(duration)
        }
        const total = BigInt(often.wattHours) * 3_600_000n + BigInt(often.restWattMillis)
        expect(total).toBe(exact)
      },
    ),
  )
})

test('time that runs backwards takes no energy away', () => {
  const meter = setPower(newMeter(start), 7_000, start)
  const later = read(meter, plus(start, millis(60_000)))
  expect(read(later, start)).toEqual(later)
})
