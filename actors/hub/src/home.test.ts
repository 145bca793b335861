import { hanAnswers, hanMessages, hanProof, hanTariff } from '@interlock/contract'
import { nodeCrypto as crypto, silentLog, type FrameSocket } from '@interlock/host'
import { concat, eui64, euiBytes, toHex, type Eui64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createHome, type Home } from './home.ts'

const key = new Uint8Array(32).fill(7)
const meter = eui64('02-00-00-03-00-00-00-01')
const llcs = eui64('02-00-00-02-00-00-00-01')
const other = eui64('02-00-00-02-00-00-00-02')
const [first, second] = [Uint8Array.of(1, 1, 1), Uint8Array.of(2, 2)]

const homeOf = (meterIs: Eui64): Home =>
  createHome({
    key,
    meter: meterIs,
    devices: new Set([meter, llcs, other]),
    onAlert: () => Promise.resolve('taken'),
    crypto,
    log: silentLog,
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
