import { readFileSync } from 'node:fs'
import { inMinutes, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { car, scene } from './fixture/scene.fixture.ts'

/** A Monday, within the default hours of regulation 10. */
const evening = instant(Date.UTC(2026, 0, 5, 18))
const delay = inMinutes(2)

test('at first use the charger asks for its hours; the owner takes them away, and later sets others', async () => {
  const home = await scene({
    at: evening,
    entropy: { bytes: (length) => new Uint8Array(length), below: () => delay / 1000 },
  })
  const hardware = () => home.station.hardware
  const shown = () => home.station.observe()
  expect(shown().asksForHours).toBe(false)
  hardware().plugIn(car)
  // The default holds until there is an answer, and what is none is no answer.
  const backwards = { weekdays: [1], fromHour: 22, untilHour: 6 }
  expect(hardware().chooseHours({ kind: 'changed', quiet: [backwards] })).toBe(false)
  expect(shown()).toMatchObject({ asksForHours: true, why: 'Fallback', setPointWatts: 0 })

  expect(hardware().chooseHours({ kind: 'removed' })).toBe(true)
  // Regulation 11: what the owner has changed for good is no override of the moment.
  expect(shown()).toMatchObject({ asksForHours: false, waitingFor: 'RandomDelay' })
  await home.clock.advance(delay)
  expect(shown()).toMatchObject({ why: 'Fallback', powerWatts: 7_000 })

  await home.restart()
  expect(shown().asksForHours).toBe(false)
  const own = { weekdays: [1, 2], fromHour: 18, untilHour: 20 }
  expect(hardware().chooseHours({ kind: 'changed', quiet: [own] })).toBe(true)
  await home.clock.advance(delay)
  expect(shown().setPointWatts).toBe(0)

  const kinds = readFileSync(`${home.data}/audit.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; data: Record<string, unknown> })
    .filter(({ kind }) => kind.startsWith('ChargingHours'))
    .map(({ kind, data }) => [kind, data['before'], data['choice']])
  expect(kinds).toEqual([
    ['ChargingHoursAsked', undefined, undefined],
    ['ChargingHoursRefused', undefined, undefined],
    ['ChargingHoursChosen', 'unanswered', 'removed'],
    ['ChargingHoursChosen', 'removed', 'changed'],
  ])
})
