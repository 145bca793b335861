import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorCodes, type ErrorCode } from './error-codes.ts'
import { formatFrame, parseFrame, type Frame } from './frame.ts'

const messageId = fc.string({ minLength: 1, maxLength: 36 })
const payload = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>)
const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('call' as const), messageId, action: fc.string(), payload }),
  fc.record({ type: fc.constant('result' as const), messageId, payload }),
  fc.record({
    type: fc.constant('error' as const),
    messageId,
    code: fc.constantFrom(...(Object.keys(errorCodes) as ErrorCode[])),
    description: fc.string({ maxLength: 255 }),
    details: payload,
  }),
)

test('every frame survives formatting and parsing', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      expect(parseFrame(formatFrame(frame))).toEqual({ ok: true, value: frame })
    }),
  )
})

test('no text breaks the parser, and every refusal has an id to answer to', () => {
  const nearly = anyFrame.chain((frame) => {
    const text = formatFrame(frame)
    return fc
      .tuple(fc.nat({ max: text.length }), fc.string({ maxLength: 3 }))
      .map(([at, noise]) => text.slice(0, at) + noise + text.slice(at + noise.length))
  })
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), nearly), (text) => {
      const parsed = parseFrame(text)
      if (!parsed.ok) expect(parsed.messageId).toEqual(expect.any(String))
    }),
  )
})

const longId = 'x'.repeat(37)
const deep = `[2,"id","Heartbeat",${'{"a":'.repeat(40)}1${'}'.repeat(40)}]`

test.each([
  ['not JSON at all', '[2,', 'RpcFrameworkError', '-1', true],
  ['an object', '{}', 'RpcFrameworkError', '-1', true],
  ['an empty array', '[]', 'RpcFrameworkError', '-1', true],
  ['a message type in words', '["call","id","A",{}]', 'RpcFrameworkError', 'id', true],
  ['an unknown message type', '[9,"id",{}]', 'MessageTypeNotSupported', 'id', true],
  ['a CALL without id', '[2]', 'RpcFrameworkError', '-1', true],
  ['a CALL with a number for an id', '[2,7,"Heartbeat",{}]', 'RpcFrameworkError', '-1', true],
  ['a CALL with an empty id', '[2,"","Heartbeat",{}]', 'RpcFrameworkError', '-1', true],
  ['an id of 37 characters', `[2,"${longId}","A",{}]`, 'RpcFrameworkError', '-1', true],
  ['a CALL without payload', '[2,"id","Heartbeat"]', 'RpcFrameworkError', 'id', true],
  ['a CALL with a fifth element', '[2,"id","A",{},1]', 'RpcFrameworkError', 'id', true],
  ['a CALL whose action is a number', '[2,"id",1,{}]', 'RpcFrameworkError', 'id', true],
  ['a payload that is an array', '[2,"id","Heartbeat",[]]', 'ProtocolError', 'id', true],
  ['a payload that is null', '[2,"id","Heartbeat",null]', 'ProtocolError', 'id', true],
  ['JSON nested 40 levels deep', deep, 'RpcFrameworkError', '-1', true],
  ['a CALLRESULT without payload', '[3,"id"]', 'RpcFrameworkError', 'id', false],
  ['a CALLRESULT without id', '[3,null,{}]', 'RpcFrameworkError', '-1', false],
  ['a CALLERROR without description', '[4,"id","GenericError"]', 'RpcFrameworkError', 'id', false],
])('%s is refused', (_title, text, reason, messageId, answerable) => {
  expect(parseFrame(text)).toMatchObject({ ok: false, reason, messageId, answerable })
})

test('an error code of the peer’s own invention is kept in words', () => {
  expect(parseFrame('[4,"id","Surprise","of sorts",{}]')).toMatchObject({
    value: { code: 'GenericError', description: 'Surprise: of sorts' },
  })
})

test('a CALLERROR may leave out its details', () => {
  expect(parseFrame('[4,"id","InternalError",""]')).toMatchObject({ value: { details: {} } })
})

test('a long description is cut to 255 characters and never inside one', () => {
  const error = { type: 'error', messageId: 'id', code: 'GenericError', details: {} } as const
  const text = formatFrame({ ...error, description: 'x'.repeat(254) + '😀'.repeat(4) })
  expect((JSON.parse(text) as string[])[3]).toBe('x'.repeat(254))
})
