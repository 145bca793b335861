import { toBase64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { profileOf } from './fixture/commands.fixture.ts'
import { night, scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

test('with different install codes there is no link', async () => {
  const { station, llcs } = await scene({ llcsCode: 'the code of another home' })
  expect(station.connected().llcs).toBe(false)
  expect(llcs.heard).toEqual([])
})

test('a home without an LLCS has countersigned schedules, and no arms', async () => {
  const { station, countersigned } = await scene({ withoutLlcs: true })
  const answer = await countersigned('SetChargingProfile', profileOf(night, 3_000))
  expect(answer).toEqual({ status: 'Accepted' })
  expect(station.connected().llcs).toBe(false)
})

test('a frame that is not sealed is ignored and reported', async () => {
  const { csms, llcs, station } = await scene()
  const answer = await llcs.raw(new Uint8Array(80))
  expect(answer).toHaveLength(0)
  await until(() => csms.sent('SecurityEventNotification').length > 0, 'the security event')
  expect(csms.sent('SecurityEventNotification')[0]?.techInfo).toContain('LinkMac')
  expect(station.connected().llcs).toBe(true)
})

test('messages that only a charger sends are not accepted from the LLCS', async () => {
  const { llcs } = await scene()
  expect(await llcs.tell({ kind: 'ownerKeys', keys: [] })).toBe('Unexpected')
})

test.each([
  ['behind', -20_000, 'LinkExpired'],
  ['ahead', 20_000, 'LinkClockSkew'],
])(
  'an LLCS whose clock is %s links, arms nothing, and the CSMS hears why',
  async (_, by, reason) => {
    const { csms, llcs, station } = await scene({ llcsAheadMillis: by })
    expect(station.connected().llcs).toBe(true)
    const events = () => csms.sent('SecurityEventNotification').map(({ type }) => type)
    await until(() => events().includes('TimeDisagreement'), 'the event')
    expect(await llcs.tell({ kind: 'arm', preCommand: toBase64(Uint8Array.of(1)) })).toBe(reason)
    expect(station.connected().llcs).toBe(true)
  },
)
