import { instant, millis } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { askedMillis, overdue } from './overdue.ts'

test('what servers gave up without a word is lost half a second later; what is asked anew in time, and what has ended, is not', async () => {
  const clock = testClock(instant(0))
  let lost = 0
  const asking = overdue(clock, () => lost++)
  for (let times = 0; times < 3; times++) {
    asking.asked()
    await clock.advance(askedMillis)
  }
  expect(lost).toBe(0)
  await clock.advance(millis(499))
  expect(lost).toBe(0)
  await clock.advance(millis(1))
  expect(lost).toBe(1)
  asking.asked()
  asking.end()
  await clock.advance(millis(2 * askedMillis))
  expect(lost).toBe(1)
})
