import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readText } from '@interlock/host'
import { liedAbout } from '../attacks/lies.ts'
import { attemptsPerStation } from '../attacks/takeover.ts'
import { oneDay } from './one-day.fixture.ts'

test('with controls on nothing moves without a second party', async () => {
  const stations = 4
  const report = await oneDay(4, stations, 'on')
  const { attack, response } = report
  expect(report.auditVerified).toBe(true)
  for (let home = 1; home <= stations; home++) {
    const trail = readText(join(report.dir, `homes/${home}/llcs/data/audit.jsonl`))
    expect(trail).toContain('"ClockConfirmed"')
    expect(trail).not.toContain('"ClockDisagreement"')
  }
  expect(report.energyKilowattHours).toBeGreaterThan(10)
  expect(report.energyKilowattHours).toBe(report.meterKilowattHours)

  expect(attack.commandsSent).toBe(stations * attemptsPerStation)
  expect(attack.commandsApplied).toBe(0)
  expect(attack.unstopped).toEqual({})
  expect(attack.countersignedStepWatts).toBeGreaterThan(0)
  expect(attack.countersignedStepWatts).toBeLessThanOrEqual(attack.budgetWatts)
  expect(attack.loadStepWatts).toBe(0)
  expect(attack.countersignedObservedWatts).toBeGreaterThan(0)
  expect(attack.countersignedObservedWatts).toBeLessThanOrEqual(attack.budgetWatts)
  for (const row of [...liedAbout, 'SendLocalList', 'SetDisplayMessage', 'LossOfContact'])
    expect(attack.answers, row).toHaveProperty(row)
  for (const reason of ['OwnersChargeKept', 'StoredRuleApplied', 'TimeUntrusted'])
    expect(attack.answersNoted, reason).toHaveProperty(reason)
  expect(attack.answersStepWatts).toBe(0)
  for (const reason of [
    'Unsigned',
    'NotSeconded',
    'NotArmed',
    'TargetMismatch',
    'Expired',
    'Replayed',
  ])
    expect(report.refusals).toHaveProperty(reason)
  // Firmware that nobody registered, and two addresses that are not the CSMS's.
  const implausible = 3 * stations
  expect(attack.refusals).toMatchObject({
    ArmRequired: 2 * stations,
    PlausibilityFailed: implausible,
  })
  expect(attack.refusals['BudgetExceeded']).toBeGreaterThan(0)

  expect(report.people.map((act) => act.outcome)).toEqual([
    ...Array.from({ length: 6 }, () => 'done'),
    'refused',
  ])
  expect(report.arms.expired).toBe(1)
  expect(report.triggers.applied).toBeGreaterThanOrEqual(2)
  expect(response.frequencyNadirHertz).toBeLessThan(49.5)
  expect(response.reducedWatts).toBeGreaterThan(0)
  expect(response.p99Millis).toBeGreaterThan(0)

  const { roaming, topics, openData } = report
  // One home has agreed: of fewer than ten nobody is told anything.
  expect(openData).toEqual({ groupMin: 10, rows: 0 })
  expect(roaming).toMatchObject({ sessions: 1, authorised: 1, cdrs: { accepted: 1, refused: 0 } })
  expect(roaming.energyKilowattHours).toBeGreaterThan(1)
  expect(roaming.cost).toBeCloseTo(roaming.energyKilowattHours * 0.31 * 1.05, 2)
  const { published, opened } = topics.readings
  expect(published).toBeGreaterThan(stations)
  expect(opened).toBe(published)
  expect(topics.published).toBeGreaterThan(published)
  expect(topics.refused).toBe(0)
  // All but the first and the last half-hours of a day, and what the chargers' own meters counted in them.
  const [all, most] = [report.meterKilowattHours, 0.9 * report.meterKilowattHours]
  const { allotments, billed, consumption, sums } = topics
  expect(sums.stations).toBe(stations)
  expect(sums.powers).toBeGreaterThan(40)
  expect(sums.kilowattHours).toBeGreaterThan(most)
  expect(sums.kilowattHours).toBeLessThanOrEqual(all)
  expect(consumption.homes).toBe(stations)
  expect(consumption.halfHours).toBeGreaterThan(40 * stations)
  expect(consumption.kilowattHours).toBeGreaterThan(most)
  expect(consumption.kilowattHours).toBeLessThanOrEqual(all)
  expect(billed.homes).toBe(stations)
  expect(billed.kilowattHours).toBe(consumption.kilowattHours)
  expect(billed.pounds).toBeGreaterThan(1)
  // The meters of the homes have the charging, and what else was drawn: about as much.
  const { settlement } = report
  expect(settlement.homes).toBe(stations)
  expect(settlement.kilowattHours).toBeGreaterThan(billed.kilowattHours + stations * 24 * 0.9)
  expect(settlement.kilowattHours).toBeLessThan(all + stations * 24 * 4)
  expect(settlement.pounds).toBeGreaterThan(billed.pounds)
  expect(allotments.published).toBeGreaterThan(40)
  expect(allotments.heardAt).not.toBeNull()

  const { grantedWatts, budgetWatts, refusals } = report.responseAttack
  expect(grantedWatts).toBeLessThanOrEqual(budgetWatts)
  expect(refusals).toHaveProperty('BudgetExceeded')
}, 900_000)
