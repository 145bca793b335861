import { instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { after, folds, place, type Told, type Transactions } from './running.ts'
import { saidIn, stampedText, type Said } from './said.ts'
import { headAfter } from './transaction-head.ts'

type Event = Request<'TransactionEvent'>
type Sent = { readonly event: Event; readonly register?: number | undefined }

const event = (seqNo: number, eventType: Event['eventType'] = 'Updated'): Event => ({
  eventType,
  seqNo,
  timestamp: '2026-01-05T18:00:00Z',
  triggerReason: 'MeterValuePeriodic',
  transactionInfo: { transactionId: 'T' },
})
const atOf = ({ event: { seqNo } }: Sent) => instant(1_000 + seqNo)

/** A station whose events come, with the row of its transaction as the database folds it. */
function stationOf(transactions: Transactions = fresh(), row: Row = new Map()) {
  return {
    transactions,
    row,
    send: (sent: Sent): Told | undefined => {
      const { running, lastEnded } = transactions
      const known = running.get('T') ?? lastEnded
      const { event, register } = sent
      const registers = register === undefined ? undefined : { lowest: register, highest: register }
      const now = after(known, event, atOf(sent), registers)
      const head = headAfter(known, now, event.seqNo)
      if (head !== undefined) fold(row, head)
      place(transactions, now)
      return head
    },
  }
}
const fresh = (): Transactions => ({ running: new Map(), ended: new Set(), lastEnded: undefined })

type Cell = number | string
type Row = Map<keyof Told, Cell>
const names = Object.keys(folds) as (keyof Told)[]

function fold(row: Row, head: Told): void {
  for (const name of names) {
    const member: number | Said<unknown> | undefined = head[name]
    if (member === undefined) continue
    const cell = typeof member === 'object' ? stampedText(member) : member
    const old = row.get(name) ?? cell
    const isLess = cell < old
    row.set(name, isLess === (folds[name] === 'least') ? cell : old)
  }
}

const shownOf = (read: (name: keyof Told) => unknown) => names.map((name) => [name, read(name)])

/** What is known after a restart: the row, and the registers of the newest numbers of one that runs. */
function onFile(row: Row, sent: readonly Sent[]) {
  const newest = Math.max(...sent.map(({ event: { seqNo } }) => seqNo))
  const registers = sent
    .filter(({ event: { seqNo } }) => !row.has('endedAt') && seqNo > newest - 64)
    .flatMap(({ register = [] }) => register)
  return shownOf((name) => {
    const cell = row.get(name)
    if (name === 'lastWattHours') {
      const all = [cell, ...registers].filter((each) => typeof each === 'number')
      return all.length === 0 ? undefined : Math.max(...all)
    }
    return typeof cell === 'string' ? saidIn(cell).value : cell
  })
}

const inMemory = ({ running, lastEnded }: Transactions) =>
  shownOf((name) => {
    const member = (running.get('T') ?? lastEnded)?.[name]
    return typeof member === 'object' ? member.value : member
  })

function* ordersOf<Each>(all: readonly Each[]): Generator<readonly Each[]> {
  if (all.length < 2) yield all
  for (const [at, first] of all.entries())
    for (const rest of ordersOf(all.toSpliced(at, 1))) yield [first, ...rest]
}

const token = (idToken: string) => ({ idToken: { idToken, type: 'Central' } }) as const
const state = (chargingState: 'Charging' | 'SuspendedEV') => ({
  transactionInfo: { transactionId: 'T', chargingState },
})
const whole: readonly Sent[] = [
  { event: { ...event(0, 'Started'), evse: { id: 1 }, ...token('FIRST') }, register: 1_000 },
  { event: { ...event(1), ...state('Charging') }, register: 2_000 },
  { event: { ...event(2), ...state('SuspendedEV'), ...token('OTHER') } },
  // Another of the same number.
  { event: { ...event(2), ...state('Charging'), evse: { id: 2 } }, register: 1_700 },
  { event: event(99), register: 1_600 },
  { event: { ...event(100, 'Ended'), ...state('SuspendedEV') }, register: 1_900 },
]

test('in whatever order its events come, memory, row and memory after a restart know the same of a transaction', () => {
  const ends = new Set<string>()
  const differing: unknown[] = []
  for (const order of ordersOf(whole)) {
    const { transactions, row, send } = stationOf()
    for (const [at, sent] of order.entries()) {
      send(sent)
      // One that comes again tells nothing.
      send(order[Math.floor(at / 2)] ?? sent)
      const [held, kept] = [inMemory(transactions), onFile(row, order.slice(0, at + 1))]
      if (JSON.stringify(held) !== JSON.stringify(kept)) differing.push({ order, held, kept })
    }
    ends.add(JSON.stringify(inMemory(transactions)))
  }
  expect(differing).toEqual([])
  expect([...ends]).toHaveLength(1)
  const [end = ''] = ends
  expect(Object.fromEntries(JSON.parse(end) as [string, unknown][])).toEqual({
    startedAt: 1_000,
    endedAt: 1_100,
    firstWattHours: 1_000,
    lastWattHours: 2_000,
    evseId: 2,
    chargingState: 'SuspendedEV',
    begunWith: { idToken: 'FIRST', type: 'Central' },
  })
})

test('what has been said is found again in its text, and texts sort as the events do', () => {
  const said = [
    { seqNo: 2, at: instant(-5), value: 'b' },
    { seqNo: 2, at: instant(7), value: 'a' },
    { seqNo: 2, at: instant(7), value: 'b' },
    { seqNo: 10, at: instant(Date.UTC(9999, 11, 31)), value: 'a\u0000' },
  ]
  const texts = said.map(stampedText)
  expect(texts.map((text) => saidIn(text))).toEqual(said)
  expect(texts.toReversed().sort()).toEqual(texts)
  expect(texts.join('')).not.toContain('\u0000')
})

/** The heads that are written while these events come one after another. */
function headsOf(registers: ReadonlyMap<number, number>, seqNos: readonly number[]) {
  const { send } = stationOf()
  return seqNos.flatMap((seqNo) => {
    const register = registers.get(seqNo)
    const head = send({ event: event(seqNo, seqNo === 0 ? 'Started' : 'Updated'), register })
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
