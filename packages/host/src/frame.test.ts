import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import { limits } from '@interlock/contract'
import { concat, unobserved, utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createFrameReader, frame, frameKinds } from './frame-codec.ts'
import { connectFrames, introduceFrames, listenFrames, type FrameSocket } from './frame-socket.ts'
import { recordedActivity } from './hierarchy.fixture.ts'
import { silentLog as log } from './log.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function pair(activity = unobserved) {
  const listen = { host: '127.0.0.1', port: 0 }
  let accepted = (_socket: FrameSocket): void => {}
  const far = new Promise<FrameSocket>((resolve) => (accepted = resolve))
  const server = await listenFrames({ listen, activity, log, accept: (socket) => accepted(socket) })
  closers.push(() => server.close())
  const near = await connectFrames({ host: '127.0.0.1', port: server.port, activity, log })
  return { near, far: await far, server }
}

test('frames survive however the stream is cut', () => {
  const anyFrame = fc.record({
    id: fc.nat(),
    kind: fc.constantFrom(...Object.values(frameKinds)),
    bytes: fc.uint8Array({ maxLength: 200 }),
  })
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 5 }), fc.array(fc.nat(1200)), (frames, cuts) => {
      const stream = concat(...frames.map((each) => frame(each.id, each.kind, each.bytes)))
      const read = createFrameReader(200)
      const out: unknown[] = []
      let at = 0
      for (const cut of [...cuts.sort((left, right) => left - right), stream.length]) {
        const outcome = read(stream.subarray(at, Math.max(at, cut)))
        at = Math.max(at, cut)
        if (outcome.ok) out.push(...outcome.value)
      }
      expect(out).toEqual(frames)
    }),
  )
})

test.each([
  ['a length over the limit, before its bytes arrive', '000000 ce', 'FrameTooLarge'],
  ['a length of 4 GB', 'ffffffff', 'FrameTooLarge'],
  ['a length below the head', '00000004', 'FrameTooShort'],
  ['a kind nobody knows', '00000005 00000001 07', 'FrameKindUnknown'],
])('%s is refused', (_title, hex, reason) => {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  expect(createFrameReader(200)(bytes)).toEqual({ ok: false, reason })
})

test('requests are answered both ways, also while others wait', async () => {
  const { near, far } = await pair()
  near.onRequest((bytes) => concat(utf8('near '), bytes))
  far.onRequest(async (bytes) => concat(await far.request(bytes), utf8(' far')))
  const answers = await Promise.all(['a', 'b', 'c'].map((text) => near.request(utf8(text))))
  expect(answers).toEqual(['near a far', 'near b far', 'near c far'].map(utf8))
})

test('a request that comes before anyone answers waits for them', async () => {
  const { near, far } = await pair()
  const answer = near.request(utf8('early'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  far.onRequest((bytes) => bytes)
  expect(await answer).toEqual(utf8('early'))
})

test('both ends know a request by the same key, and nothing stays in flight', async () => {
  const activity = recordedActivity()
  const { near, far } = await pair(activity)
  far.onRequest((bytes) => bytes)
  near.onRequest((bytes) => bytes)
  const first = near.request(utf8('x'))
  const keys = [...activity.inFlight]
  await first
  expect(activity.handled).toEqual(keys)
  await far.request(utf8('y'))
  expect(new Set(activity.handled).size).toBe(2)
  expect(activity.inFlight.size).toBe(0)
})

const unavailable = expect.objectContaining({ code: 'PeerUnavailable' }) as Error

test('no answer in time is a fault', async () => {
  const { near, far } = await pair()
  far.onRequest(() => new Promise(() => {}))
  await expect(near.request(utf8('x'), 20)).rejects.toEqual(unavailable)
})

test('an answer that breaks is no answer, and the connection stays', async () => {
  const { near, far } = await pair()
  far.onRequest((bytes) => {
    if (bytes[0] === 1) throw new Error('broken')
    return bytes
  })
  await expect(near.request(Uint8Array.of(1), 20)).rejects.toEqual(unavailable)
  expect(await near.request(Uint8Array.of(2))).toEqual(Uint8Array.of(2))
})

test('a connection that closes fails what waits and what comes after', async () => {
  const { near, far } = await pair()
  const closed = new Promise<void>((resolve) => near.onClose(resolve))
  const waiting = near.request(utf8('x'))
  far.close()
  await expect(waiting).rejects.toEqual(unavailable)
  await closed
  await expect(near.request(utf8('x'))).rejects.toMatchObject({ code: 'FrameUnsent' })
})

test('a peer that reads nothing does not keep a connection open that is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const unread = new Duplex({ read() {}, write() {} })
  const closed = new Promise<void>((resolve) => unread.once('close', resolve))
  introduceFrames(unread, { remote: 'unread', activity: unobserved, log }).close()
  expect(unread.destroyed).toBe(false)
  vi.advanceTimersByTime(1_000)
  await closed
})

test('requests waiting for an answer are bounded', async () => {
  const { near, far } = await pair()
  far.onRequest(() => new Promise(() => {}))
  const waiting = Array.from({ length: 64 }, () => near.request(utf8('x')))
  await expect(near.request(utf8('x'))).rejects.toMatchObject({ code: 'FrameUnsent' })
  near.close()
  await Promise.allSettled(waiting)
})

test('a request over the limit is refused by its sender', async () => {
  const { near, far } = await pair()
  far.onRequest((bytes) => bytes)
  const large = new Uint8Array(limits.linkFrameBytesMax + 1)
  await expect(near.request(large)).rejects.toThrow('bytes')
  expect(await near.request(large.subarray(1))).toHaveLength(limits.linkFrameBytesMax)
})

test.each([
  ['a request before the introduction', frame(1, frameKinds.request, utf8('x'))],
  ['an introduction of the wrong length', frame(0, frameKinds.introduction, utf8('x'))],
  ['a frame over the limit', Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
  [
    'a second introduction',
    concat(
      frame(0, frameKinds.introduction, new Uint8Array(16)),
      frame(0, frameKinds.introduction, new Uint8Array(16)),
    ),
  ],
])('%s ends the connection', async (_title, bytes) => {
  const { server } = await pair()
  const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes))
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
})

test('nobody there is a fault', async () => {
  const asked = connectFrames({ host: '127.0.0.1', port: 1, activity: unobserved, log })
  await expect(asked).rejects.toEqual(unavailable)
})
