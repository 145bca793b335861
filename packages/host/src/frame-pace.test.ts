import { unobserved } from '@interlock/kernel'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { FramePace } from './frame-pace.ts'
import { silentLog } from './log.ts'
import { openOcppServer } from './ocpp-server.ts'
import type { OcppSocket } from './ocpp-socket.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A client that keeps no rule, and what of it the server has read, with the time of each. */
async function flooded(pace: FramePace | undefined) {
  const read: { text: string; atMillis: number }[] = []
  const accepted: OcppSocket[] = []
  const server = await openOcppServer({
    listen: { host: '127.0.0.1', port: 0 },
    trust: { roots: [], revoked: () => false },
    securityProfile: 1,
    activity: unobserved,
    log: silentLog,
    subprotocols: ['ocpp2.0.1'],
    ...(pace === undefined ? {} : { pace }),
    admit: () => Promise.resolve({ ok: true }),
    accept: (socket) => {
      accepted.push(socket)
      socket.onMessage((text) => read.push({ text, atMillis: performance.now() }))
    },
  })
  closers.push(() => server.close())
  const client = new WebSocket(`ws://127.0.0.1:${server.port}/ocpp/station-1`, 'ocpp2.0.1', {
    perMessageDeflate: { threshold: 1024 },
  })
  client.on('error', () => {})
  const closed = new Promise<number>((resolve) => client.once('close', resolve))
  await new Promise((resolve) => client.once('open', resolve))
  return { client, read, closed, openedAt: performance.now(), accepted }
}
const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at))
const patience = { timeout: 20_000 }
/** Node's timers may be early by a part of a millisecond. */
const earlyMillis = 2

test('what comes too fast is read in order and whole, as fast as agreed and no faster', async () => {
  const pace = { burst: 20, perSecond: 100 }
  const { client, read, openedAt } = await flooded(pace)
  for (const each of numbers(120)) client.send(each)
  await expect.poll(() => read.length, patience).toBe(120)
  expect(read.map(({ text }) => text)).toEqual(numbers(120))
  // The bucket was full before the client knew that it is connected: it has had no time to overflow.
  const early = read.filter(({ atMillis }, at) => {
    const dueMillis = ((at + 1 - pace.burst) / pace.perSecond) * 1_000
    return atMillis - openedAt < dueMillis - earlyMillis - 10
  })
  expect(early).toEqual([])
})

test('without a pace all of it is passed on as it comes', async () => {
  const { client, read } = await flooded(undefined)
  for (const each of numbers(2_000)) client.send(each)
  await expect.poll(() => read.length, patience).toBe(2_000)
})

test('pings count as well, so that they cannot keep the server busy', async () => {
  const { client, read, openedAt } = await flooded({ burst: 16, perSecond: 100 })
  // Of sixty at once ws itself would make an end.
  for (const _ of numbers(50)) client.ping()
  client.send('after them')
  await expect.poll(() => read.length, patience).toBe(1)
  expect((read[0]?.atMillis ?? 0) - openedAt).toBeGreaterThan(300)
})

test('one that is not being read is not taken for dead', async () => {
  const { client, read, accepted } = await flooded({ burst: 16, perSecond: 1 })
  for (const each of numbers(100)) client.send(each)
  await expect.poll(() => read.length, patience).toBeGreaterThanOrEqual(16)
  client.send('x'.repeat(100))
  expect(await accepted[0]?.answers(5_000)).toBe(true)
})

test('more than can be held, packed into few bytes, closes the connection', async () => {
  const { client, closed } = await flooded({ burst: 1, perSecond: 1 })
  for (const _ of numbers(20)) client.send(' '.repeat(250_000))
  expect(await closed).toBe(1008)
})
