import { correlate } from '@interlock/correlate'
import {
  buildRequest,
  buildResponse,
  openResponse,
  signDocument,
  type ServiceRequest,
} from '@interlock/duis'
import { encodePreCommand } from '@interlock/gbcs'
import { nodeCrypto, type DuisClient } from '@interlock/host'
import { assert, eui64, Fault, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createArmNetwork } from './arm-network.ts'
import { openOriginatorCounters } from './originator-counters.ts'
import { movedClock } from './web.fixture.ts'

const { key } = nodeCrypto.generateKey()
const at = Date.parse('2026-01-05T18:00:00Z')
const order = {
  originator: eui64('92-B3-D5-1F-30-01-00-08'),
  target: eui64('00-DB-12-34-56-78-90-A0'),
  controller: 1,
  levelPercent: 100,
  from: at,
  until: at + 7_200_000,
}

function journal(entries: unknown[] = []) {
  return {
    entries: () => entries,
    isLong: false,
    append: (entry: unknown) => void entries.push(entry),
    rewrite: (next: readonly unknown[]) => void entries.splice(0, entries.length, ...next),
    close: () => {},
  }
}

/** A data company in memory that speaks real DUIS; `answer` may spoil what it says. */
function network(answer: (request: ServiceRequest) => string) {
  const requests: ServiceRequest[] = []
  const signer = { key, issuer: 'CN=test', serialHex: 'ab12' }
  const company = { ...signer, publicKey: key.publicKey }
  const dcc: DuisClient = {
    async ask(request) {
      requests.push(request)
      const said = signDocument(answer(request), signer, nodeCrypto)
      return openResponse(said, request, company, nodeCrypto)
    },
  }
  const counters = openOriginatorCounters(journal(), movedClock(at).clock)
  return { requests, ...createArmNetwork({ dcc, counters }) }
}

function transformed(request: ServiceRequest, level = 100): string {
  const { body, originator, target, counter, service } = request
  const addressed = { originator, target, counter }
  const id = { request: addressed, service, code: 'I0', at: instant(at) } as const
  if (body.kind !== 'loadControl') return buildResponse({ ...id, payload: new Uint8Array(1) })
  const { controller, direction, from, until } = body
  const values = { controller, direction, levelPercent: level, from, until }
  const preCommand = encodePreCommand({ useCase: 'ECS47a', ...addressed, ...values })
  return buildResponse({ ...id, preCommand })
}

test('asks for ECS47a in variant 4 and delivers in variant 5 with the same counter', async () => {
  const { requests, preCommand, arm } = network(transformed)
  const { bytes, counter } = await preCommand(order)
  const { originator, target } = order
  await arm({ originator, target, counter, signed: bytes })
  expect(requests).toMatchObject([
    { service: '7.13', commandVariant: 4, originator, target, counter: BigInt(at) },
    { service: '7.13', commandVariant: 5, originator, target, counter: BigInt(at) },
  ])
  const [first] = requests
  assert(first !== undefined, 'something was asked for')
  expect(correlate(buildRequest(first), bytes).ok).toBe(true)
})

test('a pre-command that says something else is not shown to anybody', async () => {
  const { preCommand } = network((request) => transformed(request, 50))
  await expect(preCommand(order)).rejects.toMatchObject({ reason: 'ArmMismatch' })
})

test('a refusal of the data company is told in its words', async () => {
  const { preCommand } = network(() => buildResponse({ code: 'E111', at: instant(at) }))
  await expect(preCommand(order)).rejects.toMatchObject({
    reason: 'ArmRefused',
    detail: 'BudgetExceeded: the megawatt budget is used up; quarantined',
  })
})

test.each([
  ['no pre-command', () => buildResponse({ code: 'I0' as const, at: instant(at) })],
  ['no DUIS', () => '<html><body/></html>'],
])('an answer with %s is no answer', async (_what, answer) => {
  await expect(network(answer).preCommand(order)).rejects.toMatchObject({ reason: 'Unavailable' })
})

test('a data company that does not answer is said not to', async () => {
  const { preCommand } = network(() => {
    throw new Fault('PeerUnavailable', 'gone')
  })
  await expect(preCommand(order)).rejects.toMatchObject({ reason: 'Unavailable' })
})

test('counters never repeat: not at once, not after a restart, not when the clock is set back', () => {
  const entries: unknown[] = []
  const { clock } = movedClock(at)
  const first = openOriginatorCounters(journal(entries), clock)
  const { originator } = order
  expect(first.next(originator)).toBe(BigInt(at))
  expect(first.next(originator)).toBe(BigInt(at) + 1n)
  const earlier = openOriginatorCounters(journal(entries), movedClock(at - 86_400_000).clock)
  expect(earlier.next(originator)).toBe(BigInt(at) + 2n)
  const lost = openOriginatorCounters(journal(), movedClock(at + 86_400_000).clock)
  expect(lost.next(originator)).toBeGreaterThan(BigInt(at) + 2n)
})

test('a long journal is written anew with the last counter of each owner', () => {
  const entries: unknown[] = []
  const { clock } = movedClock(at)
  const long = openOriginatorCounters({ ...journal(entries), isLong: true }, clock)
  const { originator, target } = order
  long.next(originator)
  long.next(target)
  const last = long.next(originator)
  expect(entries).toHaveLength(2)
  expect(openOriginatorCounters(journal(entries), clock).next(originator)).toBe(last + 1n)
})

test('a counter that could not be kept is not given out', () => {
  const entries: unknown[] = []
  const full = {
    ...journal(entries),
    append: () => {
      throw new Fault('DiskFull', 'no space left')
    },
  }
  const counters = openOriginatorCounters(full, movedClock(at).clock)
  expect(() => counters.next(order.originator)).toThrow(Fault)
  expect(entries).toEqual([])
})
