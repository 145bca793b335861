import { nodeCrypto as crypto } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { cableAttempts, cableControls, genuine } from './cable.ts'

const world = { crypto, now: instant(Date.UTC(2026, 0, 5, 21)) }

test('what the LLCS says on the serial cable is heard', () => {
  expect(genuine(world)).toMatchObject({ ok: true, value: { kind: 'arm' } })
})

test.each(cableAttempts)('ATK-14: $name, is not heard for want of $control', (attempt) => {
  expect(attempt.run(world)).toMatchObject({ ok: false, reason: attempt.reason })
})

test.each(cableAttempts)('without $control it is: $name', ({ run, control }) => {
  expect(run(world, control)).toMatchObject({ ok: true })
})

test('each thing that a charger asks of a frame is tried', () => {
  expect(new Set(cableAttempts.map(({ control }) => control))).toEqual(new Set(cableControls))
})
