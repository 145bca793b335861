import { expect, test } from 'vitest'
import { demandWhole, type DsrspConfig } from './config.ts'

const middleware = {
  accessPoint: 'https://broker.test',
  keys: 'https://keys.test',
  keyServer: '02-00-00-00-00-00-00-09',
}
const [own, other] = ['00-00-00-00-00-00-00-01', '00-00-00-00-00-00-00-02']
const portfolio = [{ eui: own }] as DsrspConfig['portfolio']
const homesOf = (station: string) => [{ feeder: 'f1', station }]

test('homes of which nothing could be heard, or that are no members, are refused', () => {
  const invalid = expect.objectContaining({ code: 'ConfigInvalid' }) as unknown
  expect(() => demandWhole({ portfolio })).not.toThrow()
  expect(() => demandWhole({ portfolio, middleware, homes: homesOf(own) })).not.toThrow()
  expect(() => demandWhole({ portfolio, homes: homesOf(own) })).toThrow(invalid)
  expect(() => demandWhole({ portfolio, middleware, homes: homesOf(other) })).toThrow(/portfolio/)
})
