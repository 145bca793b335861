import { duplexPair, type Duplex } from 'node:stream'
import { limits } from '@interlock/contract'
import { concat, utf8 } from '@interlock/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog as log } from '../log.ts'
import { createLineStreams } from './line-streams.ts'

/** What a stream holds that nobody reads, and what waits for the line: two frames, and four. */
const unreadBytesMax = 2 * limits.linkFrameBytesMax
const unsentBytesMax = 4 * limits.linkFrameBytesMax

type Disturb = (chunk: Buffer) => Buffer
const asItIs: Disturb = (chunk) => chunk

/** Two ends of a line; what goes to the listener passes through `disturb`. */
function line() {
  const [near, nearWire] = duplexPair()
  const [farWire, far] = duplexPair()
  const state = { disturb: asItIs }
  nearWire.on('data', (chunk: Buffer) => farWire.write(state.disturb(chunk)))
  farWire.on('data', (chunk: Buffer) => nearWire.write(chunk))
  const accepted: { stream: Duplex; text: string; over: boolean }[] = []
  const listen = (end: Duplex) =>
    createLineStreams(end, log, (stream) => {
      const each = { stream, text: '', over: false }
      accepted.push(each)
      stream.on('data', (chunk: Buffer) => (each.text += String(chunk)))
      stream.once('close', () => (each.over = true))
    })
  const listener = listen(far)
  const connector = createLineStreams(near, log)
  onTestFinished(() => {
    for (const each of [near, nearWire, farWire, far]) each.destroy()
  })
  return { state, accepted, listener, connector, near, far, farWire }
}

test('a stream carries what was written, both ways, also more than a packet holds', async () => {
  const { connector, accepted } = line()
  const stream = connector.open(1)
  const long = 'x'.repeat(5_000)
  stream.write(utf8(long))
  await expect.poll(() => accepted[0]?.text).toBe(long)
  const answer = new Promise((resolve) => stream.once('data', resolve))
  accepted[0]?.stream.write('back')
  expect(String(await answer)).toBe('back')
})

test('what is spoilt or lost on the way ends its stream at both ends, and the next one works', async () => {
  for (const disturb of [
    (chunk: Buffer) => chunk.subarray(3),
    () => Buffer.alloc(0),
    (chunk: Buffer) => Buffer.from(chunk.map((byte, at) => (at === 5 ? byte ^ 1 : byte))),
  ] satisfies Disturb[]) {
    const { state, connector, accepted } = line()
    const stream = connector.open(1)
    const over = new Promise<void>((resolve) => stream.once('close', resolve))
    stream.write('one')
    await expect.poll(() => accepted[0]?.text).toBe('one')
    state.disturb = disturb
    await new Promise<void>((resolve) => stream.write('two', () => resolve()))
    state.disturb = asItIs
    stream.write('three')
    await over
    expect(accepted[0]).toMatchObject({ text: 'one', over: true })
    connector.open(2).write('again')
    await expect.poll(() => accepted[1]?.text).toBe('again')
  }
})

test('a packet that comes twice ends its stream: nothing is heard twice', async () => {
  const { state, connector, accepted } = line()
  const stream = connector.open(1)
  const over = new Promise<void>((resolve) => stream.once('close', resolve))
  state.disturb = (chunk) => Buffer.concat([chunk, chunk])
  stream.write('once')
  await over
  // The opening came twice as well: what it opened first is over.
  await expect.poll(() => accepted.map(({ over: isOver }) => isOver)).toEqual([true, true])
  expect(accepted.map(({ text }) => text)).toEqual(['', 'once'])
})

test('garbage between two writes is not heard', async () => {
  const { connector, accepted, farWire } = line()
  const stream = connector.open(1)
  stream.write('a')
  await expect.poll(() => accepted[0]?.text).toBe('a')
  farWire.write(Uint8Array.from({ length: 3_000 }, (_, at) => (at * 7) & 255))
  stream.write('b')
  await expect.poll(() => accepted[0]?.text).toBe('ab')
})

test('a listener that begins again ends what was before, and so does a line that closes', async () => {
  const { connector, listener, near } = line()
  const first = connector.open(1)
  const over = new Promise<void>((resolve) => first.once('close', resolve))
  listener.begin()
  await over
  const second = connector.open(2)
  near.destroy()
  await expect.poll(() => second.closed).toBe(true)
})

test('a stream that nobody knows is ended, and its own end is not answered', async () => {
  const { connector, accepted } = line()
  const stream = connector.open(1)
  stream.write('a')
  await expect.poll(() => accepted[0]?.text).toBe('a')
  accepted[0]?.stream.destroy()
  await expect.poll(() => stream.closed).toBe(true)
})

test('of many streams that say nothing the longest silent goes, not the one that speaks', async () => {
  const { connector, accepted } = line()
  const live = connector.open(0)
  live.write('live ')
  await expect.poll(() => accepted[0]?.text).toBe('live ')
  for (let name = 1; name <= 7; name += 1) connector.open(name)
  await expect.poll(() => accepted.length).toBe(8)
  live.write('still ')
  await expect.poll(() => accepted[0]?.text).toBe('live still ')
  for (let name = 8; name <= 14; name += 1) connector.open(name)
  await expect.poll(() => accepted.length).toBe(15)
  live.write('here')
  await expect.poll(() => accepted[0]?.text).toBe('live still here')
  expect(accepted.filter(({ over }) => !over)).toHaveLength(8)
})

test('a connector accepts no stream', async () => {
  const { connector, listener, accepted } = line()
  const unheard = listener.open(9)
  unheard.write(concat(utf8('x')))
  await expect.poll(() => unheard.closed).toBe(true)
  connector.open(1).write('a')
  await expect.poll(() => accepted[0]?.text).toBe('a')
})

test('a stream that nobody reads ends when it holds too much: a flood fills no memory', async () => {
  const { connector, accepted } = line()
  const stream = connector.open(1)
  await expect.poll(() => accepted.length).toBe(1)
  accepted[0]?.stream.pause()
  const chunk = new Uint8Array(65_536)
  let held = 0
  for (let sent = 0; sent < 2 * unreadBytesMax && !stream.destroyed; sent += chunk.length) {
    await new Promise<void>((resolve) => stream.write(chunk, () => resolve()))
    held = Math.max(held, accepted[0]?.stream.readableLength ?? 0)
  }
  await expect.poll(() => [accepted[0]?.over, stream.closed]).toEqual([true, true])
  expect(held).toBeLessThan(unreadBytesMax + chunk.length)
})

test('a line that takes nothing is cut when too much waits for it, and its streams end', async () => {
  // Whoever holds the other end does not read.
  const [near] = duplexPair()
  const streams = createLineStreams(near, log)
  const first = streams.open(1)
  first.write(new Uint8Array(unsentBytesMax))
  expect(near.destroyed).toBe(false)
  const second = streams.open(2)
  expect(near.destroyed).toBe(true)
  await expect.poll(() => [first.closed, second.closed]).toEqual([true, true])
})
