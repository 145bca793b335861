import { expect, test } from 'vitest'
import { line } from './report.ts'
import { missed, unmeasured } from './targets.ts'

const measured = (name: string, ratio: number) =>
  line(name, '/s', 'bare', 'higher', {
    ours: ratio,
    bare: 1,
    ratio,
    range: [ratio, ratio],
    rounds: 1,
  })

test('a figure on the wrong side of its target is told, and no other', () => {
  const lines = [
    measured('heartbeats, plain, 200 stations', 0.8),
    measured('heartbeats, mutual TLS, 1000 stations', 0.79),
    measured('heartbeats, mutual TLS, 1000 stations: p99', 9),
    measured('memory of an idle connection, mutual TLS', 1.31),
    measured('durable TransactionEvents, 200 stations', 0.7),
    measured('gate, countersigned command', 4),
  ]
  expect(missed(lines)).toEqual([
    'heartbeats, mutual TLS, 1000 stations: the ratio is 0.79, and should be at least 0.8',
    'memory of an idle connection, mutual TLS: the ratio is 1.31, and should be at most 1.3',
  ])
})

test('a target of a group that was asked for, and not measured, is told', () => {
  const lines = [
    measured('arm, the whole chain', 1.6),
    measured('heartbeats, plain, 200 stations', 0.9),
    measured('heartbeats, mutual TLS, 200 stations', 0.9),
    measured('durable TransactionEvents, 200 stations: p99', 0.9),
    measured('memory of an idle connection, mutual TLS', 1.2),
  ]
  expect(unmeasured(lines, ['arm'])).toEqual([])
  expect(unmeasured(lines, ['ocpp'])).toEqual(['durable TransactionEvents: it was not measured'])
  expect(unmeasured(lines, ['arm', 'sealed'])).toEqual(['sealed over NATS: it was not measured'])
})
