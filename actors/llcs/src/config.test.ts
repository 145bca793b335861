import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { checkConfig } from '@interlock/host'
import { linkPlace, LlcsConfig, settlementMeterOf, waveformOf } from './config.ts'

test('the charger is heard at one place: on a serial line, or by TCP', () => {
  const serial = { device: '/dev/ttyS1', baudRate: 115_200 }
  const listen = { host: '127.0.0.1', port: 7000 }
  const placed = (link: object) => linkPlace({ actor: 'llcs-1', ...link } as LlcsConfig)
  expect(placed({ serial })).toEqual({ serial })
  expect(placed({ listen })).toEqual({ listen })
  for (const link of [{}, { serial, listen }])
    expect(() => placed(link)).toThrow(/listen, or serial/)
})

test.each([
  ['waveform', waveformOf],
  ['settlementMeter', settlementMeterOf],
] as const)('what a %s front end says comes from one place, if any', (name, of) => {
  const serial = { device: '/dev/ttyS2', baudRate: 115_200 }
  const from = (frontEnd?: object) => of({ actor: 'llcs-1', [name]: frontEnd } as never)?.from
  expect(from()).toBeUndefined()
  expect(from({ serial })).toEqual({ serial })
  expect(from({ host: 'front', port: 1 })).toEqual({ host: 'front', port: 1 })
  for (const place of [{}, { port: 1 }, { host: 'front' }, { serial, host: 'front', port: 1 }])
    expect(() => from(place)).toThrow(`${name} has serial, or host and port`)
})

test('the frequency is not lost before a first reading can have come', () => {
  const waveformAlone = Type.Pick(LlcsConfig, ['waveform'])
  const loses = (lostMillisMax: number) =>
    checkConfig('test', { waveform: { lostMillisMax } }, waveformAlone).waveform?.lostMillisMax
  expect(loses(2_000)).toBe(2_000)
  expect(() => loses(1_999)).toThrow(/lostMillisMax/)
})
