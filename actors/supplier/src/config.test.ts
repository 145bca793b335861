import { expect, test } from 'vitest'
import { demandWhole } from './config.ts'

const middleware = {
  accessPoint: 'https://broker.test',
  keys: 'https://keys.test',
  keyServer: '02-00-00-00-00-00-00-09',
}
const customer = {
  feeder: 'f1',
  station: '00-00-00-00-00-00-00-01',
  csms: '02-00-00-00-00-00-00-08',
  reads: ['halfHourly' as const],
}
const trust = { smartMeter: 'smart-meter.pem', charging: 'charging.pem' }
const chargingIdentity = 'charging'

test('customers of whom nothing can be heard, or who are there twice, are refused', () => {
  const whole = { trust, chargingIdentity, middleware, customers: [customer] }
  expect(() => demandWhole(whole)).not.toThrow()
  expect(() => demandWhole({ trust: { smartMeter: 'smart-meter.pem' } })).not.toThrow()
  expect(() => demandWhole({ trust, customers: [customer] })).toThrow(/middleware is not there/)
  expect(() => demandWhole({ trust, middleware })).toThrow(/chargingIdentity/)
  expect(() => demandWhole({ ...whole, trust: { smartMeter: 'root.pem' } })).toThrow(
    /trust.charging/,
  )
  expect(() => demandWhole({ ...whole, customers: [customer, customer] })).toThrow(/twice/)
})
