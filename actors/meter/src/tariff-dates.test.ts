import { Fault, plus, inHours } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { createTariffDates } from './tariff-dates.ts'
import { later, meter, ours, start } from './tariff-meter.fixture.ts'

/** A meter that holds a tariff from `later` on, and whose disks are full when a test says so. */
function dated() {
  const { memory, send } = meter()
  expect([send(ours(1, 1, 20)), send(ours(2, 2, 30, later))]).toEqual(['success', 'success'])
  const full = { memory: false, audit: false }
  const check = (isFull: boolean): void => {
    if (isFull) throw new Fault('DiskFull', 'no space left')
  }
  const clock = testClock(start)
  const recorded: string[] = []
  let told = 0
  const dates = createTariffDates({
    actor: 'meter',
    memory: {
      clockAgrees: () => memory.clockAgrees(),
      tariff: () => memory.tariff(),
      tariffComesAt: () => memory.tariffComesAt(),
      tariffCame(...came) {
        check(full.memory)
        return memory.tariffCame(...came)
      },
    },
    alertsAbout: () => [],
    audit: {
      critical(kind) {
        check(full.audit)
        recorded.push(kind)
      },
    },
    onCame: () => void told++,
    clock,
  })
  return { memory, clock, dates, full, recorded, told: () => told }
}

test.each(['memory', 'audit'] as const)(
  'a date that comes while the disk of the %s is full is gone by once it has room again',
  async (disk) => {
    const { memory, clock, dates, full, recorded, told } = dated()
    dates.go()
    full[disk] = true
    for (const wait of [inHours(10), 60_000, 60_000])
      await expect(clock.advance(wait)).rejects.toMatchObject({ code: 'DiskFull' })
    expect([recorded, told()]).toEqual([[], 0])
    full[disk] = false
    await clock.advance(60_000)
    expect(memory.tariffComesAt()).toBeUndefined()
    expect([recorded, told()]).toEqual([['TariffInForce'], 1])
    expect(clock.armed('meter/tariff')).toBe(false)
  },
)

test('whoever closes waits for no date', async () => {
  const { clock, dates, recorded } = dated()
  dates.start()
  dates.close()
  await clock.advance(plus(later, inHours(1)) - start)
  expect(recorded).toEqual([])
})

test('a start that a full disk ends leaves nothing behind that waits', async () => {
  const { clock, dates, full } = dated()
  await clock.advance(later - start)
  full.memory = true
  expect(() => dates.start()).toThrow('no space left')
  expect(clock.armed('meter/tariff')).toBe(false)
})
