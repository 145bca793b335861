import { expect, test } from 'vitest'
import { demandWhole, type EmspConfig } from './config.ts'

const middleware = {
  accessPoint: 'https://broker.test',
  keys: 'https://keys.test',
  keyServer: '02-00-00-00-00-00-00-09',
}
const home = { feeder: 'f1', station: '00-00-00-00-00-00-00-01', operator: 'acacia' }
const homes = [home]
const operators = [{ name: 'acacia' }] as unknown as EmspConfig['operators']
const contractsOf = (...uids: readonly string[]) =>
  uids.map((uid) => ({ uid, type: 'RFID' })) as unknown as EmspConfig['contracts']

test('homes that nothing can be heard of, or of nobody, and a token that is there twice, are refused', () => {
  const base = { contracts: contractsOf('04AB', '04CD'), operators }
  expect(() => demandWhole({ ...base, homes, middleware })).not.toThrow()
  expect(() => demandWhole({ ...base, homes: [] })).not.toThrow()
  expect(() => demandWhole(base)).not.toThrow()
  expect(() => demandWhole({ ...base, homes })).toThrow(/homes have nowhere to be heard/)
  expect(() => demandWhole({ ...base, contracts: contractsOf('04AB', '04ab') })).toThrow(/twice/)
  const strange = [{ ...home, operator: 'nobody' }]
  expect(() => demandWhole({ ...base, homes: strange, middleware })).toThrow(/of nobody, who is no/)
  const twice = [home, { ...home, feeder: 'f2' }]
  expect(() => demandWhole({ ...base, homes: twice, middleware })).toThrow(/-01 is there twice/)
})
