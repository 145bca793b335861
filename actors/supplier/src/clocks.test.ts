import { limits } from '@interlock/contract'
import type { ServiceRequest } from '@interlock/duis'
import { decodeSigned, encodePreCommand, type CommandOf } from '@interlock/gbcs'
import { nodeCrypto as crypto, silentLog } from '@interlock/host'
import { eui64, Fault, inMinutes, instant, ok, plus, refused } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createClocks } from './clocks.ts'
import { recordedWaits } from './waits.fixture.ts'

const own = eui64('02-00-00-00-00-00-00-01')
const home = eui64('02-00-00-00-00-00-00-02')
const away = eui64('02-00-00-00-00-00-00-03')
const start = instant(Date.UTC(2026, 0, 5, 18, 0, 0, 250))
const { key } = crypto.generateKey()

/** A supplier before a data company that changes what it transforms, and cannot reach one device. */
function supplier(change: Partial<CommandOf<'ECS70'>> = {}) {
  const sent: CommandOf<'ECS70'>[] = []
  const { clock, wait, delays } = recordedWaits(start)
  const answer = (request: ServiceRequest, more: object) => {
    const { originator, target, counter, service } = request
    const at = clock.now()
    return ok({ request: { originator, target, counter }, service, code: 'I0', at, ...more })
  }
  const ask = (request: ServiceRequest) => {
    const { originator, target, counter, body } = request
    if (body.kind === 'clock') {
      const until = plus(body.at, inMinutes(body.toleranceSeconds / 60))
      const addressed = { originator, target, counter }
      const command = { useCase: 'ECS70', ...addressed, from: body.at, until, ...change } as const
      return Promise.resolve(answer(request, { preCommand: encodePreCommand(command) }))
    }
    if (target === away) return Promise.resolve(refused('DeviceUnreachable'))
    const read = body.kind === 'signedPreCommand' ? decodeSigned(body.payload) : undefined
    if (read?.ok === true) sent.push(read.value.command as CommandOf<'ECS70'>)
    return Promise.resolve(answer(request, { payload: new Uint8Array(1) }))
  }
  let counter = 0n
  const disk = { full: false }
  const nextCounter = (): bigint => {
    if (disk.full) throw new Fault('DiskFull', 'no space left')
    return (counter += 1n)
  }
  const clocks = createClocks({
    actor: 'supplier',
    devices: [home, away],
    everyMinutes: 360,
    publication: { dcc: { ask }, organisation: own, key, crypto },
    numbers: { nextCounter, nextVersion: () => 1, close: () => {} },
    audit: { critical: () => {} },
    deps: { clock, log: silentLog },
  } as unknown as Parameters<typeof createClocks>[0])
  return { clocks, sent, wait, delays, disk }
}

test('each device is told the time of now, signed, in whole seconds and true for longer than the way takes', async () => {
  const { clocks, sent } = supplier()
  expect(await clocks.tell()).toEqual(
    expect.arrayContaining([{ device: home }, { device: away, problem: 'DeviceUnreachable' }]),
  )
  expect(sent).toMatchObject([
    { useCase: 'ECS70', originator: own, target: home, from: start - 250 },
  ])
  const [{ from, until } = { from: start, until: start }] = sent
  expect(until - from).toBeGreaterThan(limits.httpTimeoutMillis)
})

test('another time than was asked for is not signed', async () => {
  const { clocks, sent } = supplier({
    from: instant(start - 250 + 300_000),
    until: instant(start - 250 + 360_000),
  })
  const [first] = await clocks.tell()
  expect(first).toEqual({ device: home, problem: 'CorrelationStart' })
  expect(sent).toEqual([])
})

test('who was not reached is told again soon, and then everybody at the next round', async () => {
  const { sent, wait } = supplier()
  const delays: number[] = []
  for (let round = 0; round < 7; round++) delays.push(await wait())
  expect(delays).toEqual([...Array<number>(6).fill(60_000), 360 * 60_000])
  // Those who were reached are left alone meanwhile.
  expect(sent.map(({ target }) => target)).toEqual([home, home])
})

test('a round that a full disk ends is not the last one, but where nobody waits for it any more', async () => {
  const { clocks, sent, wait, delays, disk } = supplier()
  disk.full = true
  for (let round = 0; round < 7; round++)
    await expect(wait()).rejects.toMatchObject({ code: 'DiskFull' })
  expect([sent.length, delays()]).toEqual([0, Array<number>(8).fill(60_000)])
  disk.full = false
  await wait()
  expect(sent.map(({ target }) => target)).toEqual([home])
  disk.full = true
  const ended = wait()
  clocks.close()
  await expect(ended).rejects.toMatchObject({ code: 'DiskFull' })
  expect(delays()).toHaveLength(9)
})
