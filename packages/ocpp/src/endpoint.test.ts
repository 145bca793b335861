import { toBase64Url, unobserved, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  manualClock,
  problemList,
  recordedActivity,
  settled,
  testTransport,
} from './connection.fixture.ts'
import { createEndpoint } from './endpoint.ts'
import { CallError } from './error-codes.ts'
import type { Handlers } from './incoming.ts'
import { connectionLimits } from './limits.ts'

const beat = { currentTime: '2026-01-05T18:00:00Z' }
const reset = { type: 'Immediate' } as const
const jws = {
  payload: toBase64Url(utf8(JSON.stringify(reset))),
  protected: 'e30',
  signature: 'c2ln',
}

function alone(handlers: Handlers = {}) {
  const transport = testTransport()
  const wall = manualClock()
  const problems = problemList()
  let id = 0
  const endpoint = createEndpoint({
    transport,
    handlers,
    wall,
    activity: unobserved,
    newId: () => `m${++id}`,
    onProblem: problems.note,
  })
  return { transport, wall, problems: problems.list, endpoint }
}

function pair(handlers: Handlers) {
  const near = testTransport()
  const far = testTransport()
  near.joinTo(far)
  far.joinTo(near)
  const wall = manualClock()
  const activity = recordedActivity()
  const problems = problemList()
  const caller = createEndpoint({ transport: near, handlers: {}, wall, activity })
  createEndpoint({ transport: far, handlers, wall, activity, onProblem: problems.note })
  return { caller, near, wall, activity, problems: problems.list }
}

const failure = (code: string) => expect.objectContaining({ name: 'CallFailed', code }) as Error

test('a call is answered by the handler of its action (FR.02)', async () => {
  const { caller, wall } = pair({ Heartbeat: () => beat })
  expect(await caller.call('Heartbeat', {})).toEqual(beat)
  expect(wall.pending()).toBe(0)
})

test('one call is outstanding and the next leaves when it is answered (FR.01)', async () => {
  const { endpoint, transport } = alone()
  const first = endpoint.call('Heartbeat', {})
  const second = endpoint.call('Heartbeat', {})
  await settled()
  expect(transport.sent).toHaveLength(1)
  transport.receive(JSON.stringify([3, 'm1', beat]))
  expect(await first).toEqual(beat)
  expect(transport.last()).toEqual([2, 'm2', 'Heartbeat', {}])
  transport.receive(JSON.stringify([3, 'm2', beat]))
  expect(await second).toEqual(beat)
})

test('while a call of ours waits, the peer may call', () => {
  const { endpoint, transport } = alone({ Heartbeat: () => beat })
  void endpoint.call('Heartbeat', {})
  transport.receive('[2,"theirs","Heartbeat",{}]')
  return settled().then(() => expect(transport.last()).toEqual([3, 'theirs', beat]))
})

test('the queue is bounded', async () => {
  const { endpoint } = alone()
  for (let i = 0; i <= connectionLimits.callQueueMax; i++) {
    endpoint.call('Heartbeat', {}).catch(() => {})
  }
  await expect(endpoint.call('Heartbeat', {})).rejects.toEqual(failure('QueueFull'))
})

test('a call without an answer times out, and the next one leaves', async () => {
  const { endpoint, transport, wall, problems } = alone()
  const first = endpoint.call('Heartbeat', {}, { timeoutMillis: 1000 })
  const second = endpoint.call('Heartbeat', {})
  wall.advance(1000)
  await expect(first).rejects.toEqual(failure('Timeout'))
  expect(transport.last()[1]).toBe('m2')
  transport.receive(JSON.stringify([3, 'm1', beat]))
  expect(problems).toMatchObject([{ kind: 'result', messageId: 'm1' }])
  transport.receive(JSON.stringify([3, 'm2', beat]))
  expect(await second).toEqual(beat)
})

test('a call also times out in the queue, and is then never sent', async () => {
  const { endpoint, transport, wall } = alone()
  endpoint.call('Heartbeat', {}, { timeoutMillis: 60_000 }).catch(() => {})
  const second = endpoint.call('Heartbeat', {}, { timeoutMillis: 500 })
  wall.advance(500)
  await expect(second).rejects.toEqual(failure('Timeout'))
  transport.receive(JSON.stringify([3, 'm1', beat]))
  expect(transport.sent).toHaveLength(1)
})

test('a second result for one id changes nothing and is reported', async () => {
  const { endpoint, transport, problems } = alone()
  const call = endpoint.call('Heartbeat', {})
  transport.receive(JSON.stringify([3, 'm1', beat]))
  transport.receive(JSON.stringify([3, 'm1', { currentTime: '2031-01-01T00:00:00Z' }]))
  expect(await call).toEqual(beat)
  expect(problems).toMatchObject([{ kind: 'result', code: 'UnknownResult' }])
  expect(transport.sent).toHaveLength(1)
})

test('a CALLERROR rejects the call with its code', async () => {
  const { endpoint, transport } = alone()
  const call = endpoint.call('Reset', reset)
  transport.receive('[4,"m1","SecurityError","no",{}]')
  await expect(call).rejects.toEqual(failure('SecurityError'))
})

test.each([
  ['breaks its schema', '[3,"m1",{"currentTime":"soon"}]'],
  ['cannot be read', '[3,"m1"]'],
])('an answer that %s rejects the call and is not answered', async (_title, text) => {
  const { endpoint, transport } = alone()
  const call = endpoint.call('Heartbeat', {})
  transport.receive(text)
  await expect(call).rejects.toEqual(failure('ResponseInvalid'))
  expect(transport.sent).toHaveLength(1)
})

test('a request of ours that breaks its schema is never sent', async () => {
  const { endpoint, transport } = alone()
  const wrong = { type: 'Whim' } as unknown as typeof reset
  await expect(endpoint.call('Reset', wrong)).rejects.toThrow(TypeError)
  expect(transport.sent).toHaveLength(0)
})

test('a closed connection rejects what waits and what comes after', async () => {
  const { endpoint, transport } = alone()
  const calls = [endpoint.call('Heartbeat', {}), endpoint.call('Heartbeat', {})]
  transport.close(1006, '')
  for (const call of calls) await expect(call).rejects.toEqual(failure('Closed'))
  await expect(endpoint.call('Heartbeat', {})).rejects.toEqual(failure('Closed'))
  await endpoint.closed
  expect(transport.sent).toHaveLength(1)
})

const refusing: Handlers = {
  Heartbeat: () => beat,
  Reset: () => {
    throw new CallError('SecurityError', 'not from you')
  },
  ClearCache: () => {
    throw new Error('password is hunter2')
  },
  DataTransfer: () => ({ status: 'Whatever' }) as never,
}

test.each([
  ['an unknown action', '[2,"1","Frobnicate",{}]', ['1', 'NotImplemented']],
  ['an unknown signed action', '[2,"1","Frobnicate-Signed",{}]', ['1', 'NotImplemented']],
  ['an action without handler', '[2,"1","GetReport",{"requestId":1}]', ['1', 'NotSupported']],
  ['a payload that breaks its schema', '[2,"1","Heartbeat",{"a":1}]', ['1', 'FormatViolation']],
  ['a handler that refuses', '[2,"1","Reset",{"type":"OnIdle"}]', ['1', 'SecurityError']],
  ['a handler that breaks', '[2,"1","ClearCache",{}]', ['1', 'InternalError']],
  ['an invalid answer', '[2,"1","DataTransfer",{"vendorId":"x"}]', ['1', 'InternalError']],
  ['text that is not JSON', 'Heartbeat', ['-1', 'RpcFrameworkError']],
  ['an unknown message type', '[7,"1"]', ['1', 'MessageTypeNotSupported']],
])('%s is answered with a CALLERROR and reported (FR.03)', async (_title, text, expected) => {
  const { transport, problems } = alone(refusing)
  transport.receive(text)
  await settled()
  expect(transport.last().slice(0, 3)).toEqual([4, ...expected])
  expect(transport.sent.join()).not.toContain('hunter2')
  expect(problems).toHaveLength(1)
})

/** Its schema leaves custom data open, so that validation alone does not find it. */
const noJson = { customData: { vendorId: 'x', most: 1n } } as never
test.each<[string, Handlers]>([
  ['an answer', { ClearCache: () => ({ status: 'Accepted', ...(noJson as object) }) }],
  [
    'a promised answer',
    { ClearCache: () => Promise.resolve({ status: 'Accepted', ...(noJson as object) }) },
  ],
  [
    'a refusal with details',
    {
      ClearCache: () => {
        throw new CallError('SecurityError', 'no', noJson)
      },
    },
  ],
])(
  '%s that is no JSON is an InternalError, reported, and the next call is answered',
  async (_, handlers) => {
    const { transport, problems } = alone({ ...handlers, Heartbeat: () => beat })
    transport.receive('[2,"1","ClearCache",{}]')
    await settled()
    expect(transport.last().slice(0, 3)).toEqual([4, '1', 'InternalError'])
    expect(problems).toMatchObject([{ kind: 'handler', code: 'InternalError', messageId: '1' }])
    transport.receive('[2,"1","Heartbeat",{}]')
    await settled()
    expect(transport.last()).toEqual([3, '1', beat])
  },
)

test('a call that is no JSON fails for its caller alone, and the calls around it go out', async () => {
  const { transport, endpoint } = alone()
  const first = endpoint.call('Heartbeat', {})
  await expect(endpoint.call('Heartbeat', noJson)).rejects.toThrow(TypeError)
  const third = endpoint.call('Heartbeat', {})
  for (const call of [first, third]) {
    transport.receive(JSON.stringify([3, transport.last()[1], beat]))
    expect(await call).toEqual(beat)
  }
  expect(transport.sent).toHaveLength(2)
})

test('a CALLERROR for no call of ours is not answered, so that two ends cannot loop', () => {
  const { transport, problems } = alone()
  transport.receive('[4,"-1","RpcFrameworkError","",{}]')
  transport.receive('[4,"-1"]')
  transport.receive('[3]')
  expect(transport.sent).toEqual([])
  expect(problems).toHaveLength(3)
})

test('a call with the id of one being handled is refused', async () => {
  const { transport } = alone({ Heartbeat: () => new Promise(() => {}) })
  transport.receive('[2,"same","Heartbeat",{}]')
  transport.receive('[2,"same","Heartbeat",{}]')
  await settled()
  expect(transport.sent).toHaveLength(1)
  expect(transport.last().slice(0, 3)).toEqual([4, 'same', 'RpcFrameworkError'])
})

test('a peer that does not wait for answers is limited', async () => {
  const { transport, problems } = alone({ Heartbeat: () => new Promise(() => {}) })
  for (let i = 0; i <= connectionLimits.handlingMax; i++) {
    transport.receive(`[2,"${i}","Heartbeat",{}]`)
  }
  await settled()
  expect(transport.sent).toHaveLength(1)
  expect(problems).toMatchObject([{ kind: 'overload', code: 'GenericError' }])
})

test('a peer that calls and never reads is closed', () => {
  const { transport, problems } = alone({ Heartbeat: () => beat })
  transport.bufferedBytes = connectionLimits.bufferedBytesMax + 1
  transport.receive('[2,"1","Heartbeat",{}]')
  expect(transport.closedWith).toEqual({ code: 1008, reason: 'not reading' })
  expect(problems).toMatchObject([{ kind: 'overload', code: 'NotReading' }])
})

test('an answer that comes after the connection closed goes nowhere', async () => {
  let answer = (_value: typeof beat): void => {}
  const { transport } = alone({ Heartbeat: () => new Promise((resolve) => (answer = resolve)) })
  transport.receive('[2,"1","Heartbeat",{}]')
  transport.close(1001, '')
  answer(beat)
  await settled()
  expect(transport.sent).toEqual([])
})

test('a replaced handler answers from then on', async () => {
  const { transport, endpoint } = alone({ Heartbeat: () => beat })
  const later = { currentTime: '2027-01-01T00:00:00Z' }
  endpoint.handle('Heartbeat', () => later)
  transport.receive('[2,"1","Heartbeat",{}]')
  await settled()
  expect(transport.last()).toEqual([3, '1', later])
})

test('a signed call reaches the handler of its action, with the JWS as it came', async () => {
  const seen: unknown[] = []
  const { caller, near } = pair({
    Reset: (request, context) => {
      seen.push(request, context.signed)
      return { status: 'Accepted' }
    },
  })
  expect(await caller.callSigned('Reset', jws)).toEqual({ status: 'Accepted' })
  expect(seen).toEqual([reset, jws])
  expect(JSON.parse(near.sent[0] ?? '')).toMatchObject({ 2: 'Reset-Signed', 3: jws })
})

test('an unsigned call carries no JWS to its handler', async () => {
  const seen: unknown[] = []
  const { caller } = pair({
    Reset: (_request, context) => {
      seen.push('signed' in context)
      return { status: 'Accepted' }
    },
  })
  await caller.call('Reset', reset)
  expect(seen).toEqual([false])
})

test('a signed answer comes back as it is', async () => {
  const signed = { ...jws, payload: toBase64Url(utf8('{"status":"Accepted"}')) }
  const { caller } = pair({ Reset: () => ({ signed }) })
  expect(await caller.callSigned('Reset', jws)).toEqual(signed)
})

test('a signed answer whose payload breaks its schema rejects the call', async () => {
  const signed = { ...jws, payload: toBase64Url(utf8('{"status":"Maybe"}')) }
  const { caller } = pair({ Reset: () => ({ signed }) })
  await expect(caller.callSigned('Reset', jws)).rejects.toEqual(failure('ResponseInvalid'))
})

test.each([
  ['is not a JWS', { payload: 'e30' }, 'FormatViolation'],
  ['breaks its schema inside', { ...jws, payload: 'e30' }, 'OccurrenceConstraintViolation'],
])('a signed call that %s is refused', async (_title, payload, code) => {
  const { transport } = alone({ Reset: () => ({ status: 'Accepted' }) })
  transport.receive(JSON.stringify([2, '1', 'Reset-Signed', payload]))
  await settled()
  expect(transport.last().slice(0, 3)).toEqual([4, '1', code])
})

test('a call is in flight from the moment it is queued until it is answered', async () => {
  const { caller, activity } = pair({ Heartbeat: () => beat })
  const calls = [caller.call('Heartbeat', {}), caller.call('Heartbeat', {})]
  const keys = [...activity.inFlight]
  expect(keys).toHaveLength(2)
  await Promise.all(calls)
  expect(activity.inFlight.size).toBe(0)
  expect(new Set(activity.handled)).toEqual(new Set(keys))
})

test('what fails is no longer in flight', async () => {
  const { caller, wall, near, activity } = pair({ Heartbeat: () => new Promise(() => {}) })
  const timedOut = caller.call('Heartbeat', {}, { timeoutMillis: 10 })
  wall.advance(10)
  await expect(timedOut).rejects.toEqual(failure('Timeout'))
  const cut = caller.call('Heartbeat', {})
  near.close(1006, '')
  await expect(cut).rejects.toEqual(failure('Closed'))
  expect(activity.inFlight.size).toBe(0)
})
