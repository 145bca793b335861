import { instant } from '@interlock/kernel'
import { beforeAll, expect, test } from 'vitest'
import { prelude, type Kept } from '../model/home.ts'
import { besiege } from './supplier-words.ts'
import { bothParties, faithlessLlcs, loneAttempts } from './two-parties.ts'

/** In the evening's peak, when nothing charges by itself. */
const evening = instant(Date.UTC(2026, 0, 5, 21, 40))
let kept: Kept
beforeAll(async () => {
  kept = await prelude(evening)
})

test.each(bothParties)('$name: it is done', async ({ run }) => {
  expect(await run(await besiege(evening, kept), evening)).toBe(true)
})

test.each(loneAttempts)('$name: nothing is done, by $control', async ({ run }) => {
  expect(await run(await besiege(evening, kept), evening)).toBe(false)
})

test.each(loneAttempts)('without $control it is: $name', async ({ run, without }) => {
  expect(await run(await besiege(evening, kept, without), evening)).toBe(true)
})

test('an LLCS that verifies nothing does not put another provider into the charger', async () => {
  for (const { run } of loneAttempts)
    expect(await run(await besiege(evening, kept, faithlessLlcs), evening)).toBe(false)
})
