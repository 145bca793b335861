import { inMinutes, plus } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { timeAt } from './fixture/hub.fixture.ts'
import { dsrsp } from './fixture/parties.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'
import type { Llcs } from './llcs.ts'
import { takeTime } from './network-time.ts'

test('a time that agrees is answered with success, and the charger is told', async () => {
  const { hub, station } = await scene()
  const before = station.of('time').length
  expect(await hub.deliver(timeAt(start))).toMatchObject({ useCase: 'ECS70', result: 'success' })
  expect(station.of('time').slice(before)).toEqual([{ kind: 'time', at: start }])
})

test('a clock that the network contradicts is vouched for no more, over a loss of power too, until they agree', async () => {
  const to = await scene()
  const ahead = plus(start, inMinutes(2))
  expect(await to.hub.deliver(timeAt(ahead))).toMatchObject({ result: 'otherReason' })
  expect(to.happenings).toContainEqual(expect.objectContaining({ reason: 'ClockDisagreement' }))
  const told = to.station.of('time').length
  await to.clock.advance(inMinutes(20))
  expect(to.station.of('time')).toHaveLength(told)
  await to.restart()
  // A charger that starts now has no time from here. Without the network's word it had it at once.
  expect(to.station.of('time')).toEqual([])
  expect(await to.hub.deliver(timeAt(to.clock.now()))).toMatchObject({ result: 'success' })
  expect(to.station.of('time')).toEqual([{ kind: 'time', at: to.clock.now() }])
})

test('nobody but the supplier and the data company together says what the time is', async () => {
  const { hub, happenings } = await scene()
  const lie = plus(start, inMinutes(2))
  expect(await hub.deliver(timeAt(lie, dsrsp.key))).toBeUndefined()
  expect(await hub.deliver(timeAt(lie), dsrsp.key)).toBeUndefined()
  const once = timeAt(start)
  expect(await hub.deliver(once)).toMatchObject({ result: 'success' })
  expect(await hub.deliver(once)).toBeUndefined()
  expect(happenings).not.toContainEqual(expect.objectContaining({ reason: 'ClockDisagreement' }))
})

test('what the settlement meter counted ahead of a clock that is right is withdrawn, on the record, and no sooner', async () => {
  const recorded: unknown[] = []
  const llcs = {
    keeper: { memory: {}, commit() {} },
    audit: { record() {}, critical: (kind: string, data: object) => recorded.push([kind, data]) },
    deps: { clock: testClock(start) },
    settled: { clockConfirmed: () => true },
    publish() {},
    tellExecuted() {},
    tellStation: () => Promise.resolve(undefined),
  } as unknown as Llcs
  const later = plus(start, inMinutes(2))
  expect(await takeTime(llcs, { from: later, until: later })).toBe('otherReason')
  expect(recorded).toMatchObject([['ClockDisagreement', {}]])
  expect(await takeTime(llcs, { from: start, until: start })).toBe('success')
  expect(recorded.slice(1)).toEqual([['SettlementDoubted', { doubt: 'ClockAhead' }]])
})
