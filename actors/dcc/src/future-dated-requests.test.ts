import type { Command, UseCase } from '@interlock/gbcs'
import { eui64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { slotOf } from './future-dated-requests.ts'

const [originator, target] = [eui64('02-00-00-00-00-00-00-0A'), eui64('02-00-00-00-00-00-00-0B')]
const slot = (useCase: UseCase, service: string, more = {}) =>
  slotOf({ useCase, originator, target, ...more } as Command, service)

test('the certificates of two parties are held beside one another, and tariffs in the place of each other', () => {
  expect(slot('CS02b', '6.15.1')).not.toBe(slot('CS02g', '6.15.1'))
  expect(slot('ECS01a', '1.1.1')).toBe(slot('UpdateHalfHourlyTariff', '1.1.1'))
  const [first, second] = [1, 2].map((controller) => slot('ECS47e', '7.16', { controller }))
  expect(first).not.toBe(second)
})
