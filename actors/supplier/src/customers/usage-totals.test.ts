import type { ConsumptionTotal } from '@interlock/contract'
import { openJournal, temporaryDir } from '@interlock/host'
import { instant } from '@interlock/kernel'
import type { Received } from '@interlock/topics'
import { expect, test } from 'vitest'
import { isTotalOf, openUsageTotals, totalsFollowing } from './usage-totals.ts'

const at = (text: string): number => Date.parse(`${text}T00:00:00Z`)
const day = (from: string, until: string, wattHours = 7_000): ConsumptionTotal => ({
  from: at(from),
  until: at(until),
  wattHours,
})
const now = at('2026-03-01')

test('a total is of one whole day, or month, that is over, and no finer than its purpose', () => {
  const january = day('2026-01-01', '2026-02-01')
  expect(isTotalOf('daily', day('2026-02-28', '2026-03-01'), now)).toBe(true)
  expect(isTotalOf('monthly', day('2026-02-01', '2026-03-01'), now)).toBe(true)
  expect(isTotalOf('monthly', january, now)).toBe(true)
  expect(isTotalOf('monthly', day('2026-02-28', '2026-03-01'), now)).toBe(false)
  expect(isTotalOf('daily', january, now)).toBe(false)
  expect(isTotalOf('daily', day('2026-03-01', '2026-03-02'), now)).toBe(false)
  const half = { from: at('2026-02-28') + 43_200_000, until: now, wattHours: 1 }
  expect(isTotalOf('daily', half, now)).toBe(false)
  expect(isTotalOf('daily', day('2026-02-28', '2026-03-01', 48_000_001), now)).toBe(false)
})

test('what is taken is kept once, over a restart, and no longer than each purpose asks', () => {
  const path = `${temporaryDir('interlock-totals')}/totals.journal`
  let today = now
  const open = () =>
    openUsageTotals(openJournal(path), {
      days: { daily: 2, monthly: 60 },
      clock: { now: () => instant(today) },
    })
  const totals = open()
  totals.take('one', 'daily', day('2026-02-28', '2026-03-01'))
  totals.take('one', 'daily', day('2026-02-28', '2026-03-01', 8_000))
  totals.take('one', 'daily', day('2026-02-27', '2026-02-28'))
  totals.take('one', 'daily', day('2026-02-20', '2026-02-21'))
  totals.take('one', 'monthly', day('2026-01-01', '2026-02-01'))
  totals.take('two', 'daily', day('2026-02-28', '2026-03-01'))
  totals.close()
  const again = open()
  expect(again.of('one', 'daily').map(({ wattHours }) => wattHours)).toEqual([7_000, 8_000])
  expect(again.of('one', 'monthly')).toHaveLength(1)
  expect(again.of('two', 'monthly')).toEqual([])
  today = at('2026-03-02')
  expect(again.of('one', 'daily').map(({ wattHours }) => wattHours)).toEqual([8_000])
  today = at('2026-06-01')
  again.forget()
  again.close()
  today = now
  const forgotten = open()
  expect(forgotten.of('one', 'monthly')).toEqual([])
  forgotten.close()
})

test('what the CSMS of the contract says is taken and can be proved; what is no total is unfit', async () => {
  const taken: string[] = []
  let proved = 0
  const clock = { now: () => instant(now) }
  const { handle, hears } = totalsFollowing('daily', ({ organisation }) => organisation === 'x', {
    totals: { take: (home, purpose) => void taken.push(`${home} ${purpose}`) },
    proofs: { keep: () => void proved++ },
    clock,
  })
  const said = (payload: ConsumptionTotal) => ({ topic: { id: 'one' }, payload }) as Received
  await handle(said(day('2026-02-28', '2026-03-01')))
  expect([taken, proved]).toEqual([['one daily'], 1])
  await expect(handle(said(day('2026-02-01', '2026-03-01')))).rejects.toMatchObject({
    code: 'MessageUnfit',
  })
  const heard = (role: string, organisation: string) =>
    hears?.({ role, organisation } as never, { id: 'one' } as never)
  expect([heard('csms', 'x'), heard('csms', 'y'), heard('dso', 'x')]).toEqual([true, false, false])
})
