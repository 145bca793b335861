import { silentLog } from '@interlock/host'
import { eui64, inHours, inMinutes, instant, toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { recordedWaits } from '../waits.fixture.ts'
import { startSettlementRounds } from './settlement-rounds.ts'

const csms = eui64('02-00-00-00-00-00-00-01')
const customer = (number: number) => ({
  station: eui64(`02-00-00-01-00-00-00-0${number}`),
  csms,
  llcs: eui64(`02-00-00-02-00-00-00-0${number}`),
})
const [home, away] = [customer(1), customer(2)]

/** One home's LLCS answers, the other's does not. */
function supplier(start: string) {
  const { clock, wait, delays } = recordedWaits(instant(Date.parse(start)))
  const asked: string[] = []
  const disk = { full: false }
  const rounds = startSettlementRounds({
    actor: 'supplier',
    customers: [home, away],
    compare({ station }, { from, until }) {
      if (disk.full) return Promise.reject(new Error('no space left'))
      asked.push(`${station === home.station ? 'home' : 'away'} ${toIso(from)} ${toIso(until)}`)
      return Promise.resolve({
        station,
        ...(station === away.station && { problem: 'Unreachable' }),
      })
    },
    deps: { clock, log: silentLog },
  })
  return { rounds, asked, wait, delays, disk }
}

test.each([
  ['2026-01-05T18:00:00Z', 1, '2026-01-04T00:00:00.000Z 2026-01-05T00:00:00.000Z'],
  ['2026-01-06T00:00:00Z', 360, '2026-01-05T00:00:00.000Z 2026-01-06T00:00:00.000Z'],
  ['2026-01-06T05:30:00Z', 30, '2026-01-05T00:00:00.000Z 2026-01-06T00:00:00.000Z'],
  ['2026-01-06T06:00:00Z', 1, '2026-01-05T00:00:00.000Z 2026-01-06T00:00:00.000Z'],
])(
  'begun at %s, %d min later the whole day before is compared, of every home',
  async (start, minutes, period) => {
    const { asked, wait } = supplier(start)
    expect(await wait()).toBe(inMinutes(minutes))
    expect(asked).toEqual([`home ${period}`, `away ${period}`])
  },
)

test.each([
  ['early', -1],
  ['days late', inHours(50)],
])('a timer that is %s neither repeats a day nor skips one', async (_, by) => {
  const { asked, wait, delays } = supplier('2026-01-05T05:59:59.999Z')
  const days = () => [...new Set(asked.map((each) => each.slice(5, 15)))]
  await wait(by)
  for (let again = 0; again < 5; again++) await wait()
  expect(days()).toEqual(['2026-01-04'])
  await wait()
  expect(days()).toEqual(['2026-01-04', '2026-01-05'])
  expect(asked.filter((each) => each.startsWith('home'))).toHaveLength(2)
  expect(delays().every((each) => each >= 0)).toBe(true)
})

test('who was not reached is asked again for the same day, and then everybody for the next', async () => {
  const { asked, wait } = supplier('2026-01-06T03:00:00Z')
  for (let round = 0; round < 6; round++) await wait()
  expect(asked.slice(1).every((each) => each.startsWith('away 2026-01-05'))).toBe(true)
  expect(asked).toHaveLength(7)
  await wait()
  expect(asked.slice(7)).toEqual([
    'home 2026-01-06T00:00:00.000Z 2026-01-07T00:00:00.000Z',
    'away 2026-01-06T00:00:00.000Z 2026-01-07T00:00:00.000Z',
  ])
})

test('a round that a full disk ends is begun again, but where nobody waits for it any more', async () => {
  const { rounds, asked, wait, delays, disk } = supplier('2026-01-06T03:00:00Z')
  disk.full = true
  await expect(wait()).rejects.toThrow('no space left')
  disk.full = false
  await wait()
  expect(asked.map((each) => each.slice(0, 4))).toEqual(['home', 'away'])
  const waited = delays().length
  disk.full = true
  const ended = wait()
  rounds.close()
  await expect(ended).rejects.toThrow('no space left')
  expect(delays()).toHaveLength(waited)
})
