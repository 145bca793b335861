import { encodeAlerts, type Told } from '@interlock/gbcs'
import { toBase64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { alertsAdded } from './alerts.ts'
import { crypto, dcc, llcs as device, owner } from './fixture/parties.fixture.ts'
import { start } from './fixture/scene.fixture.ts'
import type { Llcs } from './llcs.ts'

const told: Told = {
  code: 'ECS101',
  recipient: dcc.peer.eui,
  about: { party: owner.eui, counter: 1n },
  controller: 1,
  direction: 'import',
  levelPercent: 60,
  from: start,
  until: start,
}
/** A supervisor with so many alerts that nobody has taken. */
function waiting(count: number) {
  const recorded: unknown[] = []
  const numbered = { device: device.peer.eui, last: 0n }
  const alerts = encodeAlerts(
    Array.from({ length: count }, () => told),
    numbered,
    device.key,
    crypto,
  )
  const memory = { alertCounter: `${count}`, alerts: alerts.map(toBase64) }
  const of = {
    keeper: { memory },
    identity: device,
    deps: { crypto },
    audit: { critical: (kind: string, data: object) => void recorded.push({ kind, ...data }) },
    eui: device.peer.eui,
  } as unknown as Llcs
  return { of, recorded, memory }
}

test('for an alert that there is no room for the oldest goes, and that is on the record', () => {
  const { of, recorded, memory } = waiting(64)
  const { alerts, alertCounter } = alertsAdded(of, [told])
  expect(alertCounter).toBe('65')
  expect(alerts).toHaveLength(64)
  expect(alerts[0]).toBe(memory.alerts[1])
  expect(recorded).toEqual([{ kind: 'AlertDropped', code: 'ECS101', counter: '1' }])
})

test('as long as there is room nothing is dropped', () => {
  const { of, recorded } = waiting(63)
  expect(alertsAdded(of, [told]).alerts).toHaveLength(64)
  expect(recorded).toEqual([])
})
