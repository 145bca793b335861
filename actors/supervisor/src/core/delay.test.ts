import { expect, test } from 'vitest'
import { delaySecondsAfter } from './delay.ts'

const set = (component: string, variable: string, value: number) =>
  ({ kind: 'variables', values: [{ component, variable, value }] }) as const

test('setting the random delay may lengthen it, and nothing shortens it', () => {
  expect(delaySecondsAfter(set('SmartChargingCtrlr', 'RandomDelaySecondsMax', 1_200), 600)).toBe(
    1_200,
  )
  expect(delaySecondsAfter(set('SmartChargingCtrlr', 'RandomDelaySecondsMax', 600), 1_200)).toBe(
    1_200,
  )
})

test('other variables and other commands leave it', () => {
  expect(delaySecondsAfter(set('SmartChargingCtrlr', 'Other', 1_800), 600)).toBe(600)
  expect(delaySecondsAfter(set('OCPPCommCtrlr', 'RandomDelaySecondsMax', 1_800), 600)).toBe(600)
  expect(delaySecondsAfter({ kind: 'reset', evse: 1, immediate: true }, 600)).toBe(600)
})
