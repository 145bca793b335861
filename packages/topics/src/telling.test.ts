import type { Topic } from '@interlock/contract'
import { silentLog } from '@interlock/host'
import { Fault, instant, ok, refused, type Clock } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { expect, test, vi } from 'vitest'
import { openTelling, tellingLimits, type Publish } from './telling.ts'
import { memoryJournal } from './topics.fixture.ts'

/** Every pause is over at once. */
const wall: Clock = {
  now: () => instant(0),
  after(_delay, _label, work) {
    const handle = setImmediate(() => void work())
    return { cancel: () => clearImmediate(handle) }
  },
}
const topicOf = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'reading', id })
const saying = (record: string) => ({ transaction: 'T', record })
const waiting = { timeout: 20_000, interval: 5 }

function opened(journal: Journal, answer: (said: string, count: number) => string | undefined) {
  const said: string[] = []
  const publish: Publish = ({ id }, payload) => {
    const words = `${id} ${(payload as { record: string }).record}`
    said.push(words)
    const reason = answer(words, said.length)
    return Promise.resolve(reason === undefined ? ok(1) : refused(reason))
  }
  return { said, telling: openTelling(journal, publish, { wall, log: silentLog }) }
}

test('what is said goes out in its order, again while the middleware is away', async () => {
  const { said, telling } = opened(memoryJournal(), (words, count) =>
    words === 'one b' && count < 6 ? 'MiddlewareAway' : undefined,
  )
  for (const each of ['a', 'b', 'c']) telling.tell(topicOf('one'), saying(each))
  await vi.waitFor(() => expect(said.at(-1)).toBe('one c'), waiting)
  expect(said.filter((each) => each !== 'one b')).toEqual(['one a', 'one c'])
  await telling.close()
})

test('what nobody may read, or the middleware will never take, holds up nothing behind it', async () => {
  const { said, telling } = opened(memoryJournal(), (words) =>
    words === 'one a' ? 'SealNotForUs' : words === 'one b' ? 'TopicForbidden' : undefined,
  )
  for (const each of ['a', 'b', 'c']) telling.tell(topicOf('one'), saying(each))
  await vi.waitFor(() => expect(said).toEqual(['one a', 'one b', 'one c']), waiting)
  await telling.close()
})

test('a topic that waits holds up no other', async () => {
  const { said, telling } = opened(memoryJournal(), (words) =>
    words.startsWith('one') ? 'LeaseExpired' : undefined,
  )
  telling.tell(topicOf('one'), saying('a'))
  telling.tell(topicOf('two'), saying('a'))
  await vi.waitFor(() => expect(said).toContain('two a'), waiting)
  await telling.close()
})

test('what was not said before a restart is said after it, and nothing that was said', async () => {
  const journal = memoryJournal()
  const before = opened(journal, (words) => (words === 'one b' ? 'MiddlewareAway' : undefined))
  for (const each of ['a', 'b', 'c']) before.telling.tell(topicOf('one'), saying(each))
  await vi.waitFor(() => expect(before.said).toContain('one b'), waiting)
  await before.telling.close()
  const after = opened(journal, () => undefined)
  await vi.waitFor(() => expect(after.said).toEqual(['one b', 'one c']), waiting)
  await after.telling.close()
  const last = opened(journal, () => undefined)
  last.telling.tell(topicOf('one'), saying('d'))
  await vi.waitFor(() => expect(last.said).toEqual(['one d']), waiting)
  await last.telling.close()
})

test('so much waits and no more; a journal that is written anew keeps what waits', async () => {
  const journal = memoryJournal(700)
  const { telling } = opened(journal, () => 'MiddlewareAway')
  for (let i = 0; i < tellingLimits.waitingMax; i++)
    expect(telling.tell(topicOf('one'), saying(`${i}`))).toBe(true)
  expect(telling.tell(topicOf('one'), saying('more'))).toBe(false)
  await telling.close()
  const after = opened(journal, () => undefined)
  await vi.waitFor(() => expect(after.said).toHaveLength(tellingLimits.waitingMax), waiting)
  expect(after.said[0]).toBe('one 0')
  await after.telling.close()
})

test('what is not of the topic’s schema is not said, and a disk that fails once holds up nothing for good', async () => {
  let fails = 1
  const { said, telling } = opened(memoryJournal(), () => {
    if (fails-- > 0) throw new Fault('DiskFull', 'no space')
    return undefined
  })
  expect(telling.tell(topicOf('one'), { transaction: 'T' })).toBe(false)
  expect(telling.tell(topicOf('one'), saying('a'))).toBe(true)
  expect(telling.tell(topicOf('one'), saying('b'))).toBe(true)
  await vi.waitFor(() => expect(said).toEqual(['one a', 'one a', 'one b']), waiting)
  await telling.close()
})
