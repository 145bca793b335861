import { hanAnswers, hanMessages, hanProof, hanTariff, limits } from '@interlock/contract'
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

/** The network side of a home, as one socket sees it; `told` is what the hub has passed to it. */
function connected(home: Home) {
  const told: string[] = []
  let answer: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array = () => Uint8Array.of()
  const socket: FrameSocket = {
    remote: 'a device',
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
  const challenge = async () => answer(Uint8Array.of(hanMessages.challenge))
  const join = async (nonce: Uint8Array, eui: Eui64, by = key) => {
    const proof = hanProof(by, nonce, eui, crypto)
    return (await answer(concat(Uint8Array.of(hanMessages.join), euiBytes(eui), proof)))[0]
  }
  const tell = async (tariff: Uint8Array) => (await answer(hanTariff(tariff)))[0]
  return { told, tell, challenge, join }
}

/** A device that has joined. */
async function joined(home: Home, eui: Eui64) {
  const device = connected(home)
  await device.join(await device.challenge(), eui)
  return device
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

test('what is longer than a tariff may be is not passed on, nor kept', async () => {
  const home = homeOf(meter)
  const [from, to] = [await joined(home, meter), await joined(home, llcs)]
  const longest = new Uint8Array(limits.tariffBytesMax).fill(1)
  expect(await from.tell(longest)).toBe(hanAnswers.done)
  expect(await from.tell(concat(longest, first))).toBe(hanAnswers.refused)
  expect(to.told).toEqual([passed(longest)])
  expect((await joined(home, other)).told).toEqual([passed(longest)])
})

test('a device that the home does not list is not admitted, though it has its key', async () => {
  const home = homeOf(meter)
  const invented = eui64('02-00-00-02-00-00-00-99')
  const device = connected(home)
  expect(await device.join(await device.challenge(), invented)).toBe(hanAnswers.refused)
  expect(home.deviceOf(invented)).toBeUndefined()
  // The same connection, as one that it lists.
  expect(await device.join(await device.challenge(), llcs)).toBe(hanAnswers.done)
})

test('a challenge is good for one attempt: after a wrong proof the right one needs another', async () => {
  const home = homeOf(meter)
  const device = connected(home)
  const nonce = await device.challenge()
  expect(await device.join(nonce, llcs, new Uint8Array(32))).toBe(hanAnswers.refused)
  expect(await device.join(nonce, llcs)).toBe(hanAnswers.refused)
  expect(home.deviceOf(llcs)).toBeUndefined()
  expect(await device.join(await device.challenge(), llcs)).toBe(hanAnswers.done)
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
