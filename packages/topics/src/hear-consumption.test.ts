import type { Topic } from '@interlock/contract'
import { ok, refused } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { HalfHoursRefusal } from './half-hours.ts'
import { consumptionFollowing } from './hear-consumption.ts'
import type { Received } from './receive.ts'

const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'consumption', id: 'one' }
const said = { topic, payload: { from: 0, wattHours: [1] } } as unknown as Received

/** How many proofs a reader keeps whose half-hours answer so. */
async function proofsKept(reason?: HalfHoursRefusal): Promise<number> {
  let kept = 0
  const { handle } = consumptionFollowing(() => true, {
    halfHours: { take: () => (reason === undefined ? ok(undefined) : refused(reason)) },
    proofs: { keep: () => void kept++ },
  })
  await handle(said)
  return kept
}

test('what is taken can be proved; what is older than is kept is passed over', async () => {
  expect(await proofsKept()).toBe(1)
  expect(await proofsKept('HalfHourOld')).toBe(0)
})

test.each(['HalfHourNotOver', 'EnergyInvalid'] as const)(
  'what is refused for good as %s is unfit, by that name',
  async (reason) => {
    await expect(proofsKept(reason)).rejects.toMatchObject({
      code: 'MessageUnfit',
      message: reason,
    })
  },
)
