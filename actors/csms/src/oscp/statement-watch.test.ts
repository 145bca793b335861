import { instant, type Instant } from '@interlock/kernel'
import type { Message } from '@interlock/oscp'
import { expect, test } from 'vitest'
import { evening, group } from './street.fixture.ts'
import { watchStatements } from './statement-watch.ts'

/** A CSMS of which nothing but the watch is real; each look is one minute later. */
function watching(statements: { oscp: number; topic: number; isComparable: boolean }) {
  let now: Instant = evening
  let next = (): void => {}
  const records: [string, object][] = []
  const told: Message[] = []
  const shown: (string | undefined)[] = []
  const context = {
    config: { actor: 'csms' },
    deps: {
      clock: {
        now: () => now,
        after: (_delay: number, _label: string, work: () => void) => {
          next = work
          return { cancel: () => {} }
        },
      },
    },
    audit: { critical: (kind: string, data: object) => void records.push([kind, data]) },
    tell: ({ reason }: { reason?: string }) => void shown.push(reason),
  } as unknown as Parameters<typeof watchStatements>[0]
  watchStatements(context, {
    groups: [group],
    statements: () => ({
      oscpAt: () => statements.oscp,
      topicAt: (when) => (when === evening + 900_000 ? statements.topic : undefined),
      isComparable: statements.isComparable,
    }),
    tell: (_group, message) => told.push(message) > 0,
  })
  const look = (): void => {
    now = instant(now + 60_000)
    next()
  }
  return { look, records, told, shown, statements }
}

test('an operator that says two things is put on record, and told of the lower as what is kept', () => {
  const { look, records, told, shown } = watching({
    oscp: 30_000,
    topic: 20_000,
    isComparable: true,
  })
  look()
  expect(records).toEqual([])
  look()
  look()
  const message = expect.stringContaining('the lower one counts') as string
  expect(records).toMatchObject([
    ['CapacityDiffers', { group: 'feeder-1', operator: 'acacia', message }],
  ])
  expect(told).toMatchObject([
    {
      name: 'group_capacity_compliance_error',
      body: { message, blocks: [{ capacity: 20_000, unit: 'W', from: evening + 900_000 }] },
    },
  ])
  expect(shown).toEqual(['CapacityDiffers'])
})

test('what is the same, or cannot be compared since one of them is late, is nothing to tell of', () => {
  const same = watching({ oscp: 20_000, topic: 20_000, isComparable: true })
  const late = watching({ oscp: 30_000, topic: 20_000, isComparable: false })
  for (const { look, records } of [same, late]) {
    for (let i = 0; i < 3; i++) look()
    expect(records).toEqual([])
  }
  late.statements.isComparable = true
  for (let i = 0; i < 2; i++) late.look()
  expect(late.records).toHaveLength(1)
})
