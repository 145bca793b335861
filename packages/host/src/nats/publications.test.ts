import {
  PermissionViolationError,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
} from '@nats-io/transport-node'
import { instant, type Clock } from '@interlock/kernel'
import { topicOf } from '@interlock/bus/carrier.fixture'
import type { Topic } from '@interlock/contract'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bundling } from './bundling.ts'
import { publications } from './publications.ts'
import { subjectOf } from './subject.ts'

type Sent = { readonly subject: string; readonly reply: string; readonly id: string }
type Hear = (error: Error | null, message: Msg) => void

/** A connection whose server is the test, and a clock that it turns. */
function played(inboxPrefix?: string) {
  const sent: Sent[] = []
  let status: ReadableStreamDefaultController<object> | undefined
  const statuses = new ReadableStream<object>({ start: (each) => void (status = each) })
  let hear: Hear = () => {}
  let turn: () => void | Promise<void> = () => {}
  const connection = {
    options: { inboxPrefix },
    publish: (subject: string, _text: string, sending: { reply: string; headers: MsgHdrs }) =>
      sent.push({ subject, reply: sending.reply, id: sending.headers.get('Nats-Msg-Id') }),
    subscribe(_subject: string, { callback }: { callback: Hear }) {
      hear = callback
      return { unsubscribe: () => {} }
    },
    status: () => statuses,
  }
  const clock: Clock = {
    now: () => instant(0),
    after(_delay, _label, work) {
      turn = work
      return { cancel: () => {} }
    },
  }
  return {
    sent,
    published: publications(connection as unknown as NatsConnection, clock),
    answer: (place: number, said: object, code = 0): void => {
      const [subject, headers] = [sent[place]?.reply, { code }]
      hear(null, { subject, headers, string: () => JSON.stringify(said) } as Msg)
    },
    say: (said: object) => status?.enqueue(said),
    turns: (count: number): void => {
      for (let i = 0; i < count; i++) void turn()
    },
  }
}

test('answers find their publications in whatever order they come', async () => {
  const { published, sent, answer } = played('_MINE')
  const both = [published.publish('a', 'x', '1'), published.publish('b', 'y', '2')]
  answer(1, { stream: 's', seq: 8 })
  answer(0, { stream: 's', seq: 9 })
  answer(0, { stream: 's', seq: 10 })
  expect(await Promise.all(both)).toEqual([9, 8])
  expect(sent.every(({ reply }) => reply.startsWith('_MINE.'))).toBe(true)
})

test('what nobody answers is sent again under its id, and given up in the end', async () => {
  const { published, sent, answer, turns } = played()
  const kept = published.publish('a', 'x', '1')
  turns(20)
  answer(1, { stream: 's', seq: 1, duplicate: true })
  expect(await kept).toBe(1)
  expect(sent.map(({ id }) => id)).toEqual(['1', '1'])
  const lost = published.publish('a', 'x', '2')
  turns(60)
  await expect(lost).rejects.toThrow('no answer')
  expect(sent.map(({ id }) => id)).toEqual(['1', '1', '2', '2', '2'])
})

test('without a leader of the stream it is sent again soon', async () => {
  const { published, sent, answer, turns } = played()
  const kept = published.publish('a', 'x', '1')
  answer(0, {}, 503)
  turns(1)
  expect(sent).toHaveLength(2)
  answer(1, { stream: 's', seq: 3 })
  expect(await kept).toBe(3)
})

type Publish = (topic: Topic, text: string, id: string) => Promise<number>

/** What servers keep, in its order, of two messages of a topic, when the first is lost on its way. */
async function keptOf(order: (bare: Publish) => Publish): Promise<string[]> {
  const { published, sent, answer, turns } = played()
  const publish = order((topic, text, id) => published.publish(subjectOf(topic), text, id))
  const first = publish(topicOf('one'), 'x', '1')
  await setImmediate()
  await setImmediate()
  const second = publish(topicOf('one'), 'x', '2')
  const kept: string[] = []
  while (kept.length < 2) {
    await setImmediate()
    const place = kept.length + 1
    const come = sent[place]
    if (come === undefined) turns(20)
    else answer(place, { stream: 's', seq: kept.push(come.id) })
  }
  await Promise.all([first, second])
  return kept
}

test('a later one overtakes one that is lost and sent again, unless they go in turn', async () => {
  expect(await keptOf((bare) => bare)).toEqual(['2', '1'])
  const inTurn = (bare: Publish): Publish => {
    const bundles = bundling((topic, [id = ''], [text = '']) => bare(topic, text, id))
    return (topic, text, id) => bundles.publish(topic, text, id)
  }
  expect(await keptOf(inTurn)).toEqual(['1', '2'])
})

test('a refusal is told with its code, and an answer that is none is not taken for a word', async () => {
  const { published, answer } = played()
  const refused = published.publish('a', 'x', '1')
  answer(0, { seq: 0, error: { code: 400, err_code: 10_077, description: 'full' } })
  await expect(refused).rejects.toMatchObject({ code: 10_077 })
  const odd = published.publish('a', 'x', '2')
  answer(1, { seq: 'first' })
  await expect(odd).rejects.toThrow('none')
})

test('whoever may not publish to a subject is told at once, and others wait on', async () => {
  const { published, answer, say } = played()
  const forbidden = published.publish('a', 'x', '1')
  const allowed = published.publish('b', 'x', '2')
  say({ type: 'error', error: new PermissionViolationError('no', 'publish', 'a') })
  await expect(forbidden).rejects.toThrow('no')
  answer(1, { stream: 's', seq: 1 })
  expect(await allowed).toBe(1)
})

test('none waits any longer when it is closed', async () => {
  const { published } = played()
  const waiting = ['1', '2'].map((id) => published.publish('a', 'x', id))
  published.close()
  for (const each of await Promise.allSettled(waiting)) expect(each.status).toBe('rejected')
})
