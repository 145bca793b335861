import { expect, test } from 'vitest'
import { checkTrustMode, type StationConfig } from './config.ts'

const supervised = {
  actor: 'station',
  trustMode: 'supervised',
  csms: { profile2Url: 'wss://csms.test/ocpp', profile3Url: 'wss://csms.test/ocpp' },
  delaySecondsMax: 600,
} as unknown as StationConfig
const middleware = {
  accessPoint: 'https://broker.test',
  keys: 'https://keys.test',
  keyServer: '02-00-00-00-00-00-00-09',
}
const sums = { dso: '02-00-00-00-00-00-00-08' }

test('a charger that would mask its readings and has nowhere to say them is refused', () => {
  expect(() => checkTrustMode(supervised)).not.toThrow()
  expect(() => checkTrustMode({ ...supervised, middleware })).not.toThrow()
  expect(() => checkTrustMode({ ...supervised, middleware, sums })).not.toThrow()
  expect(() => checkTrustMode({ ...supervised, sums })).toThrow(/middleware is missing/)
})

test('the local link is a serial line, or TCP, and not half of either', () => {
  const serial = { device: '/dev/ttyS1', baudRate: 115_200 }
  const withLink = (link: object) => () =>
    checkTrustMode({ ...supervised, llcs: { eui: '', installCode: '', ...link } })
  expect(withLink({ serial })).not.toThrow()
  expect(withLink({ host: 'llcs', port: 1 })).not.toThrow()
  for (const link of [{}, { host: 'llcs' }, { port: 1 }, { serial, host: 'llcs', port: 1 }])
    expect(withLink(link)).toThrow(/llcs has serial, or host and port/)
})
