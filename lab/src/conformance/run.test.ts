import { Fault } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { runCases, type Ready } from './run.ts'
import { NotApplicable } from './steps.ts'
import type { Row } from './table/row.ts'

const row = (id: string, capability?: string): Row => ({
  id,
  title: id,
  profiles: [{ name: 'Core', mandatory: true }],
  requirements: ['B01.FR.01'],
  capability,
})

const run = (cases: Record<string, Ready>, rows = Object.keys(cases).map((id) => row(id))) =>
  runCases({
    rows,
    find: (id) => cases[id],
    lacks: ({ capability }) => capability,
    stepMillisMax: 100,
  })

test('a case ends as its steps do', async () => {
  const reports = await run({
    good: (steps) => Promise.resolve(steps.expect('it is one', 1, 1)),
    bad: (steps) => Promise.resolve(steps.expect('it is one', 1, 2)),
    lacking: () => Promise.reject(new NotApplicable('a screen')),
    broken: () => Promise.reject(new TypeError('oh')),
    unreachable: () => Promise.reject(new Fault('PeerUnavailable', 'nobody is there')),
  })
  expect(reports.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['good', 'passed'],
    ['bad', 'failed'],
    ['lacking', 'notApplicable'],
    ['broken', 'failed'],
    ['unreachable', 'failed'],
  ])
  expect(reports.map(({ reason }) => reason.split('\n')[0])).toEqual([
    '',
    'it is one: expected 1, was 2',
    'needs a screen',
    'the runner broke: TypeError: oh',
    'nobody is there',
  ])
})

test('a step that fails is shown with what was expected and what came, and ends the case', async () => {
  const [report] = await run({
    case: (steps) => {
      steps.expect('first', 1, 1)
      steps.expect('second', { a: 1 }, { a: 2 })
      steps.expect('third', 1, 1)
      return Promise.resolve()
    },
  })
  expect(report?.steps).toEqual([
    { says: 'first', expected: '1', actual: '1', verdict: 'passed' },
    { says: 'second', expected: '{a: 1}', actual: '{a: 2}', verdict: 'failed' },
  ])
})

test('what must happen soon is waited for, and not for ever', async () => {
  let reads = 0
  const [soon, never] = await run({
    soon: (steps) => steps.eventually('three reads', 3, () => Promise.resolve(++reads)),
    never: (steps) => steps.eventually('never', 1, () => Promise.resolve(0)),
  })
  expect(soon?.verdict).toBe('passed')
  expect(never).toMatchObject({ verdict: 'failed', reason: 'never: expected 1, was 0' })
})

test('a case whose capability is lacking is not run, and names it', async () => {
  let ran = false
  const rows = [row('a', 'Reservation'), row('b')]
  const cases = { a: () => Promise.resolve(void (ran = true)) }
  const [lacking, unwritten] = await run(cases, rows)
  expect(lacking).toMatchObject({ verdict: 'notApplicable', reason: 'needs Reservation' })
  expect(unwritten).toMatchObject({ verdict: 'notImplemented' })
  expect(ran).toBe(false)
})

test('reports stand in the order of the table, however long each case took', async () => {
  const after = (millis: number) => () => new Promise<void>((done) => setTimeout(done, millis))
  const reports = await run({ slow: after(30), quick: after(0) })
  expect(reports.map(({ id }) => id)).toEqual(['slow', 'quick'])
})
