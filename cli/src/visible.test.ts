import { expect, test } from 'vitest'
import { visible } from './visible.ts'

test('what a terminal would obey is shown, and all else stays as it is', () => {
  expect(visible('\u001b]0;title\u0007 \u009b2J \u007f\r')).toBe(
    '\\u001b]0;title\\u0007 \\u009b2J \\u007f\\u000d',
  )
  expect(visible('paid \u202eotni')).toBe('paid \\u202eotni')
  const words = '“£4.20” – naïve\n\ttwo lines ☀ 🚗'
  expect(visible(words)).toBe(words)
})
