import { expect, test } from 'vitest'
import { hashPassword, isPassword } from './password-hash.ts'

test('a password is known again, another is not, and two hashes of one differ', async () => {
  const [one, other] = await Promise.all([
    hashPassword('sixteen-chars-ok'),
    hashPassword('sixteen-chars-ok'),
  ])
  expect(one).not.toBe(other)
  expect(one).not.toContain('sixteen')
  expect(await isPassword('sixteen-chars-ok', one)).toBe(true)
  expect(await isPassword('sixteen-chars-oK', one)).toBe(false)
})

test('what is no hash, or asks for more work than ours, lets nobody in', async () => {
  const hash = await hashPassword('x')
  expect(await isPassword('x', '')).toBe(false)
  expect(await isPassword('', 'scrypt$32768$8$1$$')).toBe(false)
  expect(await isPassword('x', hash.replace('32768', '1048576'))).toBe(false)
})
