import { gateMessage } from '@interlock/gate'
import { expect, test } from 'vitest'
import { withoutControls } from '../attacks/without-controls.ts'
import { checkScenario, modelFailures } from './model.ts'
import type { Scenario } from './scenario.ts'
import { meetings } from './scenarios.ts'

const quiet = (): void => {}
const bounds = (depthMax: number, transitionsMax = 2_000) => ({
  depthMax,
  transitionsMax,
  statesMax: transitionsMax,
})
/** Deep rather than wide: nobody but the charger fails, and the cable is quick. */
const narrow = (name: string, change: Partial<Scenario> = {}): Scenario => {
  const scenario = meetings.find((each) => each.name === name)
  if (scenario === undefined) throw new TypeError(name)
  const most = { ...scenario.most, tick: 0, cut: 0 }
  const repeats = ['trigger'] as const
  return { ...scenario, fails: ['station'], held: [], repeats, most, ...change }
}
const hand = 'a hand at the charger against everybody'

test('arm and trigger meet in every order, with a charger that dies at every write', async () => {
  const report = await checkScenario(narrow('charge now'), bounds(5), quiet)
  expect(report.counterexample).toBeUndefined()
  expect(report.complete).toBe(true)
  expect(modelFailures(report)).toEqual([])
  expect(modelFailures({ ...report, states: 1, transitions: 0 })).toHaveLength(1)
  expect(report.states).toBeGreaterThan(40)
})

test("the supplier's word and the CSMS's switch a load, and neither does alone", async () => {
  const most = { tick: 1, press: 0, fail: 0, repeat: 0, sample: 0, cut: 0 }
  const name = 'the supplier switches on, and a hand at the charger says otherwise'
  const switching = narrow(name, { fails: [], most })
  const report = await checkScenario(switching, bounds(5), quiet)
  expect(report.counterexample).toBeUndefined()
  expect(report.complete).toBe(true)
  const open = await checkScenario(switching, bounds(5), quiet, withoutControls)
  expect(open.counterexample?.at(-1)).toContain('before its arm was signed')
})

test('a charger without its gate is found in one step', async () => {
  const report = await checkScenario(narrow('charge now'), bounds(6), quiet, withoutControls)
  expect(report.counterexample).toEqual([
    'trigger "go" is signed and sent to the charger',
    'the charger obeyed trigger "go" before its arm was signed',
  ])
})

test('a charger that does not keep its counters and uses of arms obeys a trigger twice', async () => {
  const stationDisk = (entry: unknown): unknown => {
    const { set = {}, ...rest } = entry as { set?: Record<string, unknown> }
    const { counters: _, armUses: __, ...kept } = set
    return { ...rest, set: kept }
  }
  const report = await checkScenario(narrow('charge now'), bounds(7), quiet, { stationDisk })
  expect(report.counterexample?.at(-1)).toBe('the charger obeyed trigger "go" twice')
  expect(modelFailures(report)).toEqual([expect.stringMatching(/^charge now: .* twice$/s)])
})

test('a charger that forgets the override with the power is found', async () => {
  const stationDisk = (entry: unknown): unknown => {
    const { set, ...rest } = entry as { set?: { charger?: { override?: unknown } } }
    if (set?.charger === undefined) return entry
    const { override: _, ...charger } = set.charger
    return { ...rest, set: { ...set, charger } }
  }
  const report = await checkScenario(narrow(hand), bounds(4), quiet, { stationDisk })
  expect(report.counterexample?.at(-1)).toMatch(/override of .* is lost/)
})

test('a gate that does not look at the override lets an arm undo the hand at the charger', async () => {
  const gate = (...[message, evidence, state, now]: Parameters<typeof gateMessage>) =>
    gateMessage(message, evidence, { ...state, overrides: [] }, now)
  const scenario = narrow(hand, { fails: [] })
  const report = await checkScenario(scenario, bounds(5), quiet, { gate })
  expect(report.counterexample?.at(-1)).toMatch(/over the gesture|is lost/)
})

const running = 'a response that runs'
const few = { tick: 1, press: 0, fail: 0, repeat: 0, sample: 2, cut: 0 }

test('a charger that disagrees while it responds has its load back after recovery', async () => {
  const scenario = narrow(running, { fails: [], most: few })
  const report = await checkScenario(scenario, bounds(3), quiet)
  expect(modelFailures(report)).toEqual([])
  expect([report.complete, report.moved]).toEqual([true, true])
})

test('an LLCS that forgets with the power what it has asked for is found', async () => {
  const scenario = narrow(running, { fails: ['llcs'], hertz: [50], most: { ...few, fail: 1 } })
  const whole = await checkScenario(scenario, bounds(4), quiet)
  expect(modelFailures(whole)).toEqual([])
  const llcsDisk = (entry: unknown): unknown => {
    const { response: _, ...kept } = entry as { response?: unknown }
    return kept
  }
  const report = await checkScenario(scenario, bounds(4), quiet, { llcsDisk })
  expect(report.counterexample?.at(-1)).toContain('the load is not back')
})

test('an exploration in which the load was to move and did not has failed', async () => {
  const deaf = narrow(running, { hertz: [], fails: [], most: { ...few, tick: 0 } })
  const report = await checkScenario({ ...deaf, movesWithin: 1 }, bounds(1), quiet)
  expect(report.moved).toBe(false)
  const found = modelFailures({ ...report, depth: 1, states: 2 })
  expect(found).toEqual([expect.stringMatching(/it moved in none of 2 states/)])
  expect(modelFailures({ ...report, depth: 0, states: 2 })).toEqual([])
})
