import { eui64, fromHex, instant, toHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  attachSignature,
  decodeAlert,
  encodeUnsignedAlert,
  executionWords,
  type ExecutionAlert,
} from './index.ts'

const supplier = eui64('90-B3-D5-1F-30-01-00-00')
/** As published: an alert of what is set at nine o’clock on that day, by its counter, command and object. */
const published = (device: string, counter: string, date: string, command: string) =>
  `df0903000000000000${counter}0800db123456789${device}0890b3d51f30010000000200cc2e` +
  `0f2000${counter}000203128f66090c${date}ff090000008000ff0913${command}`
const of = {
  calendar: (counter: string, object: string) =>
    published('0a6', counter, '07ee0401', `011a00000000000003ea${object}`),
  tariff: (counter: string, object: string) =>
    published('0a0', counter, '07ee010f', `001900000000000003f0${object}`),
}
const calendar = {
  code: 'FutureDated',
  device: eui64('00-DB-12-34-56-78-90-A6'),
  recipient: supplier,
  useCase: 'ECS46d',
  commandCounter: 1002n,
  at: instant(Date.UTC(2030, 3, 1, 9)),
} as const
const tariff = {
  ...calendar,
  device: eui64('00-DB-12-34-56-78-90-A0'),
  useCase: 'ECS01a',
  commandCounter: 1008n,
  at: instant(Date.UTC(2030, 0, 15, 9)),
} as const

test.each<[string, ExecutionAlert]>([
  [
    of.calendar('07d0', '232800005e2c801a06'),
    { ...calendar, counter: 2000n, object: 'activation of the calendar' },
  ],
  [
    of.calendar('07d1', '232800005e2c802306'),
    { ...calendar, counter: 2001n, object: 'activation of the special days' },
  ],
  [
    of.tariff('07dc', '001400000d0000ff0a'),
    { ...tariff, counter: 2012n, object: 'activation of the calendar' },
  ],
  [
    of.tariff('07dd', '232800005e2c801d06'),
    { ...tariff, counter: 2013n, object: 'activation of the special days' },
  ],
  [
    of.tariff('07de', '232800005e2c020006'),
    { ...tariff, counter: 2014n, object: 'activation of the currency' },
  ],
  [
    of.tariff('07df', '00710000131404ff07'),
    { ...tariff, counter: 2015n, object: 'activation of the standing charge' },
  ],
  [
    of.tariff('07e0', '00710000131400ff07'),
    { ...tariff, counter: 2016n, object: 'activation of the prices' },
  ],
  [
    of.tariff('07e1', '232800003f0101ff06'),
    { ...tariff, counter: 2017n, object: 'activation of the thresholds' },
  ],
])('the alert of an execution is, to the byte, the one that is published: %s', (hex, alert) => {
  expect(toHex(encodeUnsignedAlert(alert))).toBe(hex)
  const read = decodeAlert(attachSignature(fromHex(hex) ?? new Uint8Array(), new Uint8Array(64)))
  expect(read.ok && read.value.alert).toEqual(alert)
})

test('an alert of an execution says in words what came into force, and when', () => {
  expect(executionWords({ ...calendar, object: 'activation of the calendar' })).toBe(
    'activation of the calendar of command 1002 (Set Auxiliary Controller Calendar) came into force at 2030-04-01T09:00:00.000Z',
  )
})

test('an alert of what its command does not set at a date is not written', () => {
  for (const object of ['', 'calendar', 'activation of the prices'])
    expect(() => encodeUnsignedAlert({ ...calendar, counter: 1n, object })).toThrow('future-dated')
})
