import { expect, test } from 'vitest'
import { demandWhole, type CsmsConfig } from './config.ts'

const middleware = {
  accessPoint: 'https://broker.test',
  keys: 'https://keys.test',
  keyServer: '02-00-00-00-00-00-00-09',
}
const stations = [{ stationId: 'CS-1' }] as CsmsConfig['stations']

test('half-hours that could be said to nobody, or of a station that is not there, are refused', () => {
  const invalid = expect.objectContaining({ code: 'ConfigInvalid' }) as unknown
  expect(() => demandWhole({ stations })).not.toThrow()
  expect(() => demandWhole({ stations, middleware, consumption: ['CS-1'] })).not.toThrow()
  expect(() => demandWhole({ stations, consumption: [] })).not.toThrow()
  expect(() => demandWhole({ stations, consumption: ['CS-1'] })).toThrow(invalid)
  expect(() => demandWhole({ stations, middleware, consumption: ['CS-2'] })).toThrow(/CS-2/)
})
