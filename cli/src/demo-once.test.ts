import { readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readText, temporaryDir } from '@interlock/host'
import { attemptsPerStation, liedAbout, type OnceReport } from '@interlock/lab'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withFolder } from './demo/folder.ts'
import { processesOf, remaining, start, type Child } from './process.fixture.ts'

const dir = temporaryDir('interlock-cli')
const data = join(dir, 'day')
const stations = 4
/**
 * Two of its cars leave before the attack, one at a charger of each stored rule, which are then free for
 * guests; another is charging when the frequency falls.
 */
const seed = 2159
let child: Child
let report: OnceReport

beforeAll(() => {
  const args = ['--stations', `${stations}`, '--seed', `${seed}`, '--data', data]
  child = start(['demo', '--once', ...args, '--json'])
})
afterAll(() => {
  child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

test(
  'one scripted day prints one JSON object and leaves no process behind',
  { timeout: 900_000 },
  async () => {
    await child.shows('The day begins')
    const processes = processesOf(child.pid, data)
    expect(processes.some(({ command }) => command.includes('postgres'))).toBe(true)
    const { code, out, err } = await child.ended
    expect({ code, lines: out.trim().split('\n').length }).toEqual({ code: 0, lines: 1 })
    report = JSON.parse(out) as OnceReport
    const number = expect.any(Number) as number
    expect(report).toMatchObject({
      stations,
      transactions: number,
      arms: { granted: number, used: number, expired: number, refused: number },
      triggers: { applied: number, refused: number },
      refusals: { Unsigned: number },
      response: {
        detectedMillis: number,
        reducedWatts: number,
        p50Millis: number,
        p99Millis: number,
      },
      attack: {
        commandsSent: number,
        commandsApplied: 0,
        budgetWatts: number,
        loadStepWatts: number,
      },
      auditVerified: true,
      decisionsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      wallSeconds: number,
    })
    expect(report.energyKilowattHours).toBe(report.meterKilowattHours)
    expect(err).toContain('The day begins')
    expect(await remaining(processes)).toEqual([])
  },
)

test('with controls on nothing moves without a second party', () => {
  const { attack, response } = report
  expect(report.auditVerified).toBe(true)
  for (let home = 1; home <= stations; home++) {
    const trail = readText(join(data, `homes/${home}/llcs/data/audit.jsonl`))
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
})

test('without a folder to keep it in the street is in a temporary one, gone afterwards', async () => {
  const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('interlock-demo-'))
  const before = temporary()
  const during = async (): Promise<number> => {
    await Promise.resolve()
    expect(temporary()).toHaveLength(before.length + 1)
    return 1
  }
  expect(await withFolder({ reset: false }, during)).toBe(1)
  expect(temporary()).toEqual(before)
  const fails = (): Promise<number> => Promise.reject(new Error('a fault'))
  await expect(withFolder({ reset: false }, fails)).rejects.toThrow('a fault')
  expect(temporary()).toEqual(before)
})
