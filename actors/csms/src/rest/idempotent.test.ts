import type { HttpRequest, Reply } from '@interlock/host'
import { inHours, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { idempotencyLimits, idempotent } from './idempotent.ts'

let now = instant(0)
const asked = (key: string | undefined, body: object, organisation = 'A'): HttpRequest =>
  ({
    peer: { organisation, serialHex: '01' },
    params: {},
    query: {},
    body,
    ...(key === undefined ? {} : { idempotencyKey: key }),
  }) as unknown as HttpRequest
function counted() {
  let count = 0
  const once = idempotent({ now: () => now })
  return once(() => Promise.resolve({ status: 200, body: (count += 1) } satisfies Reply))
}

test('one key does its work once, whoever waits for it', async () => {
  const handle = counted()
  const [first, second] = await Promise.all([handle(asked('k', {})), handle(asked('k', {}))])
  expect([first.body, second.body]).toEqual([1, 1])
  expect((await handle(asked('k', {}))).body).toBe(1)
})

test('without a key, or for another organisation, each is a request of its own', async () => {
  const handle = counted()
  expect((await handle(asked(undefined, {}))).body).toBe(1)
  expect((await handle(asked(undefined, {}))).body).toBe(2)
  expect((await handle(asked('k', {}))).body).toBe(3)
  expect((await handle(asked('k', {}, 'B'))).body).toBe(4)
})

test('a key that stands for another request is refused', async () => {
  const handle = counted()
  await handle(asked('k', { a: 1 }))
  expect(await handle(asked('k', { a: 2 }))).toMatchObject({
    body: { reason: 'IdempotencyConflict' },
  })
  expect(await handle(asked('x'.repeat(129), {}))).toMatchObject({ status: 400 })
})

test('keys are forgotten after a day, and when there are too many', async () => {
  const handle = counted()
  await handle(asked('k', {}))
  now = instant(inHours(25))
  expect((await handle(asked('k', {}))).body).toBe(2)
  for (let at = 0; at <= idempotencyLimits.keysMax; at += 1) await handle(asked(`k${at}`, {}))
  expect((await handle(asked('k', {}))).body).toBe(idempotencyLimits.keysMax + 4)
})

test('what did nothing may be tried again under its key; the order of members does not matter', async () => {
  const offline: Reply = { status: 503 }
  const replies: Reply[] = [offline, { status: 200, body: 'done' }, { status: 200, body: 'again' }]
  const once = idempotent({ now: () => now })
  const handle = once(
    () => Promise.resolve(replies.shift() ?? offline),
    (reply) => reply !== offline,
  )
  expect(await handle(asked('retry', { a: 1, b: 2 }))).toBe(offline)
  expect((await handle(asked('retry', { a: 1, b: 2 }))).body).toBe('done')
  expect((await handle(asked('retry', { b: 2, a: 1 }))).body).toBe('done')
})
