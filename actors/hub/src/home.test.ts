import { hanAnswers, hanMessages, hanProof, hanTariff } from '@interlock/contract'
import {
  connectFrames,
  joinHan,
  listenFrames,
  nodeCrypto as crypto,
  proofMillisMax,
  silentLog as log,
  type FrameSocket,
} from '@interlock/host'
import {
  concat,
  eui64,
  euiBytes,
  instant,
  toHex,
  unobserved,
  type Clock,
  type Eui64,
} from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, onTestFinished, test } from 'vitest'
import { createHome, type Home } from './home.ts'

const key = new Uint8Array(32).fill(7)
const meter = eui64('02-00-00-03-00-00-00-01')
const llcs = eui64('02-00-00-02-00-00-00-01')
const other = eui64('02-00-00-02-00-00-00-02')
const now = instant(Date.UTC(2026, 0, 5, 17))
const [first, second] = [Uint8Array.of(1, 1, 1), Uint8Array.of(2, 2)]

const homeOf = (meterIs: Eui64, wall: Clock = testClock(now)): Home =>
  createHome({
    key,
    meter: meterIs,
    devices: new Set([meter, llcs, other]),
    onAlert: () => Promise.resolve('taken'),
    crypto,
    wall,
    log,
  })

/** A device that has joined; `told` is what the hub has passed to it. */
async function joined(home: Home, eui: Eui64) {
  const told: string[] = []
  let answer: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array = () => Uint8Array.of()
  const socket: FrameSocket = {
    remote: eui,
    request(bytes) {
      told.push(toHex(bytes))
      return Promise.resolve(Uint8Array.of(hanAnswers.done))
    },
    onRequest: (answers) => void (answer = answers),
    onClose: () => {},
    close: () => {},
    keep: () => {},
  }
  home.admit(socket)
  const nonce = await answer(Uint8Array.of(hanMessages.challenge))
  const proof = hanProof(key, nonce, eui, crypto)
  await answer(concat(Uint8Array.of(hanMessages.join), euiBytes(eui), proof))
  const tell = async (tariff: Uint8Array) => (await answer(hanTariff(tariff)))[0]
  return { told, tell }
}
const passed = (tariff: Uint8Array): string => toHex(hanTariff(tariff))

test("what the meter says of the tariff goes to the home's other devices, now and as they join", async () => {
  const home = homeOf(meter)
  const [from, to] = [await joined(home, meter), await joined(home, llcs)]
  expect(await from.tell(first)).toBe(hanAnswers.done)
  expect([from.told, to.told]).toEqual([[], [passed(first)]])
  expect((await joined(home, other)).told).toEqual([passed(first)])
})

test.each([
  ['keeps what the meter said', meter, hanAnswers.refused, first],
  ['would not, were it believed', llcs, hanAnswers.done, second],
])('a home whose load controller sends a tariff %s', async (_what, believed, answer, kept) => {
  const home = homeOf(believed)
  const [from, to] = [await joined(home, meter), await joined(home, llcs)]
  await from.tell(first)
  expect(await to.tell(second)).toBe(answer)
  expect((await joined(home, other)).told).toEqual([passed(kept)])
})

test('whoever takes every place without the key of the home keeps no device out, and is closed in time', async () => {
  const wall = testClock(now)
  const home = homeOf(meter, wall)
  const server = await listenFrames({
    listen: { host: '127.0.0.1', port: 0 },
    activity: unobserved,
    log,
    accept: (socket) => home.admit(socket),
  })
  onTestFinished(() => server.close())
  const at = { host: '127.0.0.1', port: server.port, activity: unobserved, log }
  const join = (eui: Eui64) => joinHan({ ...at, eui, key, onCommand: (bytes) => bytes })
  await join(llcs)
  const closed: Promise<void>[] = []
  for (let place = 1; place < placesMax; place += 1) {
    const socket = await connectFrames(at)
    closed.push(new Promise((resolve) => socket.onClose(resolve)))
    // The challenge needs no key; once it is answered, the hub has begun to wait for the proof.
    await socket.request(Uint8Array.of(hanMessages.challenge))
  }
  await join(other)
  // The one that had come first has made room; the others are waited for.
  await closed[0]
  let ended = 0
  for (const each of closed) void each.then(() => (ended += 1))
  await wall.advance(proofMillisMax - 1)
  expect(ended).toBe(1)
  await wall.advance(1)
  await Promise.all(closed)
  await wall.advance(2 * proofMillisMax)
  for (const eui of [llcs, other]) expect(await home.deviceOf(eui)?.request(first)).toEqual(first)
  expect(wall.armed('proof')).toBe(false)
})

/** Of a listener. */
const placesMax = 64
