import { expect, test } from 'vitest'
import { tokensInUse } from './tokens-in-use.ts'

const card = { idToken: 'CARD', type: 'Central' }
const at = (stationId: string) => ({ stationId, transactionId: 'SHARED' })

test('two stations that use one name for their transactions do not end each other', () => {
  const inUse = tokensInUse()
  inUse.begins(card, at('A'))
  inUse.begins({ ...card, idToken: 'ANOTHER' }, at('B'))
  expect(inUse.others(card, at('B'))).toBe(1)
  expect(inUse.others(card, at('A'))).toBe(0)
  inUse.ends(at('B'))
  expect(inUse.others(card, undefined)).toBe(1)
  inUse.ends(at('A'))
  expect(inUse.others(card, undefined)).toBe(0)
})
