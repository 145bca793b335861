import { expect, test } from 'vitest'
import { acceptedTokens } from './accepted-tokens.ts'

const token = { idToken: 'CARD-1', type: 'Central' }
const here = { stationId: 'CS-1', transactionId: 'T' }

test('a token is known for the transaction it was accepted for, until that ends', () => {
  const accepted = acceptedTokens()
  accepted.accept(token, here)
  expect(accepted.was({ ...token, idToken: 'card-1' }, here)).toBe(true)
  expect(accepted.was(token, { ...here, stationId: 'CS-2' })).toBe(false)
  expect(accepted.was(token, { ...here, transactionId: 'U' })).toBe(false)
  expect(accepted.was({ ...token, idToken: 'CARD-2' }, here)).toBe(false)
  accepted.ends(here)
  expect(accepted.was(token, here)).toBe(false)
})

test('the tokens of one transaction are bounded', () => {
  const accepted = acceptedTokens()
  for (let at = 0; at < 9; at += 1) accepted.accept({ ...token, idToken: `CARD-${at}` }, here)
  expect(accepted.was({ ...token, idToken: 'CARD-7' }, here)).toBe(true)
  expect(accepted.was({ ...token, idToken: 'CARD-8' }, here)).toBe(false)
})
