import { expect, test } from 'vitest'
import { demandWhole, type EmspConfig } from './config.ts'

const middleware = {
  accessPoint: 'https://broker.test',
  keys: 'https://keys.test',
  keyServer: '02-00-00-00-00-00-00-09',
}
const homes = [{ feeder: 'f1', station: '00-00-00-00-00-00-00-01' }]
const contractsOf = (...uids: readonly string[]) =>
  uids.map((uid) => ({ uid, type: 'RFID' })) as unknown as EmspConfig['contracts']

test('homes that nothing can be heard of, and a token that is there twice, are refused', () => {
  const contracts = contractsOf('04AB', '04CD')
  expect(() => demandWhole({ contracts, homes, middleware })).not.toThrow()
  expect(() => demandWhole({ contracts, homes: [] })).not.toThrow()
  expect(() => demandWhole({ contracts })).not.toThrow()
  expect(() => demandWhole({ contracts, homes })).toThrow(/homes have nowhere to be heard/)
  expect(() => demandWhole({ contracts: contractsOf('04AB', '04ab') })).toThrow(/twice/)
})
