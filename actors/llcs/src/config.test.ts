import { expect, test } from 'vitest'
import { linkPlace, type LlcsConfig } from './config.ts'

test('the charger is heard at one place: on a serial line, or by TCP', () => {
  const serial = { device: '/dev/ttyS1', baudRate: 115_200 }
  const listen = { host: '127.0.0.1', port: 7000 }
  const placed = (link: object) => linkPlace({ actor: 'llcs-1', ...link } as LlcsConfig)
  expect(placed({ serial })).toEqual({ serial })
  expect(placed({ listen })).toEqual({ listen })
  for (const link of [{}, { serial, listen }])
    expect(() => placed(link)).toThrow(/listen, or serial/)
})
