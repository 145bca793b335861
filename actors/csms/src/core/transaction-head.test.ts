import { instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { place, type RunningTransaction } from './running.ts'
import { headAfter } from './transaction-head.ts'

const event = (seqNo: number, eventType: 'Started' | 'Updated' = 'Updated') =>
  ({
    eventType,
    seqNo,
    timestamp: '2026-01-05T18:00:00Z',
    triggerReason: 'MeterValuePeriodic',
    transactionInfo: { transactionId: 'T' },
  }) satisfies Request<'TransactionEvent'>

/** The heads that are written while these events come one after another. */
function headsOf(registers: ReadonlyMap<number, number>, seqNos: readonly number[]) {
  const known = { running: new Map<string, RunningTransaction>(), ended: new Set<string>() }
  return seqNos.flatMap((seqNo) => {
    const at = instant(1_000 + seqNo)
    const register = registers.get(seqNo)
    const said = event(seqNo, seqNo === 0 ? 'Started' : 'Updated')
    const head = headAfter(known.running.get('T'), said, at, register)
    place(known, said, at, register)
    return head === undefined ? [] : [{ seqNo, last: head.lastWattHours }]
  })
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at)

test('the register is in the head again before it is too far back to be looked for', () => {
  const registers = new Map([
    [0, 1_000],
    [1, 9_000],
  ])
  expect(headsOf(registers, numbers(70))).toEqual([
    { seqNo: 0, last: 1_000 },
    { seqNo: 32, last: 9_000 },
    { seqNo: 64, last: 9_000 },
  ])
  expect(headsOf(registers, [0, 1, 500])).toEqual([
    { seqNo: 0, last: 1_000 },
    { seqNo: 500, last: 9_000 },
  ])
})
