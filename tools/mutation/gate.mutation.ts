import { expect, test } from 'vitest'

/**
 * Every test of what is mutated, as one file: a worker is started for each file and each mutant, and
 * that start costs more than the tests. A mutant that keeps a test file from loading is found too.
 */
const files = [
  () => import('../../packages/gate/src/actions/configuration.test.ts'),
  () => import('../../packages/gate/src/actions/curve.test.ts'),
  () => import('../../packages/gate/src/actions/profile.test.ts'),
  () => import('../../packages/gate/src/authentic.test.ts'),
  () => import('../../packages/gate/src/gate.test.ts'),
  () => import('../../packages/gate/src/mutations.test.ts'),
  () => import('../../packages/gate/src/permitted.test.ts'),
  () => import('../../packages/gate/src/refusals.test.ts'),
  () => import('../../packages/gate/src/respond.test.ts'),
  () => import('../../packages/gate/src/second.test.ts'),
  () => import('../../packages/gate/src/smooth-and-safe.test.ts'),
  () => import('../../packages/gbcs/src/command.test.ts'),
  () => import('../../packages/seal/src/counters.test.ts'),
  () => import('../../packages/seal/src/countersignature.test.ts'),
  () => import('../../packages/seal/src/signed-command.test.ts'),
  () => import('../../packages/seal/src/strict-json.test.ts'),
]

const problems: unknown[] = []
for (const load of files) await load().catch((problem: unknown) => problems.push(problem))

test('every test file loads', () => {
  expect(problems).toEqual([])
})
