import { inHours } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { Commands } from '../commands.ts'
import { createFallbackLimits } from './fallback-limits.ts'
import { group, street, vehicle } from './street.fixture.ts'

test('past its budget a CSMS asks for no other part of the fallback before the next window', async () => {
  const { context, pass, planner } = street(
    [1, 2, 3].map((number) => vehicle(number)),
    { now: 9_000, fallback: 9_000 },
    { known: { find: () => Promise.resolve(undefined) } },
  )
  const asked: string[] = []
  let budget = 1
  const limits = createFallbackLimits(
    context,
    {
      send: ({ stationId }: { stationId: string }) => {
        asked.push(stationId)
        budget -= 1
        const setVariableResult = [{ attributeStatus: 'Accepted' }]
        return Promise.resolve(
          budget >= 0
            ? { status: 'Accepted', response: { setVariableResult } }
            : { status: 'Rejected', reason: 'BudgetExceeded' },
        )
      },
    } as unknown as Commands,
    planner,
  )
  await limits.ensure(group)
  await limits.ensure(group)
  expect(asked).toEqual(['CS-1', 'CS-2'])
  pass(inHours(0.5))
  budget = 2
  await limits.ensure(group)
  expect(asked).toEqual(['CS-1', 'CS-2', 'CS-2', 'CS-3'])
})
