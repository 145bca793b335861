import type { ServiceRequest } from '@interlock/duis'
import { encodePreCommand } from '@interlock/gbcs'
import { nodeCrypto as crypto, silentLog } from '@interlock/host'
import { eui64, Fault, instant, ok, refused, type Eui64, type Instant } from '@interlock/kernel'
import { memoryJournal } from '@interlock/topics/topics.fixture'
import { expect, test } from 'vitest'
import { openLastTariff } from './last-tariff.ts'
import { openNumbers } from './numbers.ts'
import { createRounds } from './rounds.ts'
import { recordedWaits } from './waits.fixture.ts'

const meter = eui64('02-00-00-00-00-00-00-02')
const other = eui64('02-00-00-00-00-00-00-03')
const organisation = eui64('02-00-00-00-00-00-00-01')
const start = instant(Date.UTC(2026, 0, 5, 18))
const { key } = crypto.generateKey()
/** A day of them. */
const prices = (pencePerKilowattHour: number, from: Instant = start) =>
  Array.from({ length: 48 }, (_, at) => ({
    from: instant(from + at * 1_800_000),
    pencePerKilowattHour,
  }))

/** A supplier on what it has kept; a meter that is `away` is not reached, and what reached one is in `sent`. */
function supplying(meters: readonly Eui64[] = [meter], kept = journals()) {
  const waits = recordedWaits(start)
  const away = new Set<Eui64>()
  const sent: string[] = []
  let [published, asked] = [0, 0]
  const ask = async ({ target, counter, body }: ServiceRequest) => {
    if (body.kind === 'tariff') {
      asked++
      await held.promise
      if (away.has(target)) return refused('DeviceUnreachable')
      sent.push(`${target.at(-1)} ${(body.prices[0] ?? 0) / 1_000}p`)
      const id = { useCase: 'UpdateHalfHourlyTariff', originator: organisation } as const
      const { version, from } = body
      const command = { ...id, target, counter, version, from, prices: body.prices }
      return ok({ code: 'I0', at: start, preCommand: encodePreCommand(command) } as const)
    }
    return ok({ code: 'I0', at: start } as const)
  }
  let held = { promise: Promise.resolve() }
  const disk = { full: false }
  const append = (entry: unknown): void => {
    if (disk.full) throw new Fault('DiskFull', 'no space left')
    kept.numbers.append(entry)
  }
  const numbers = openNumbers({ ...kept.numbers, append })
  const last = openLastTariff(kept.last)
  const audit = { critical: () => {}, record: () => {} }
  const rounds = createRounds({
    actor: 'supplier',
    meters,
    publication: { dcc: { ask }, organisation, key, crypto },
    numbers,
    audit,
    tariffs: { keep: () => void published++ },
    last,
    tell: () => {},
    deps: { clock: waits.clock, log: silentLog },
  } as unknown as Parameters<typeof createRounds>[0])
  return {
    ...waits,
    rounds,
    away,
    disk,
    sent,
    published: () => published,
    asked: () => asked,
    /** Nothing is answered before what this returns is called. */
    hold: () => {
      let release = (): void => {}
      held = { promise: new Promise<void>((resolve) => (release = resolve)) }
      return () => release()
    },
    again: (then = meters) => supplying(then, kept),
  }
}
const journals = () => ({ numbers: memoryJournal(), last: memoryJournal(3) })

test('a meter that is away for hours is tried until it is told, ever less often', async () => {
  const { rounds, away, wait, delays, asked, published } = supplying()
  away.add(meter)
  const { meters } = await rounds.publish(prices(20))
  expect(meters).toEqual([{ meter, problem: 'DeviceUnreachable' }])
  for (let tries = 0; tries < 48; tries++) await wait()
  expect(asked()).toBe(49)
  // For bills it was published once.
  expect(published()).toBe(1)
  const minutes = delays().map((delay) => delay / 60_000)
  expect(minutes.slice(0, 6)).toEqual([1, 2, 4, 8, 15, 15])
  expect(minutes.at(-1)).toBe(15)
})

test('a round that is overtaken sends nothing more, and is not tried again', async () => {
  // Eight are asked at the same time: the ninth waits for its turn.
  const first = Array.from({ length: 8 }, () => meter)
  const { rounds, away, hold, asked, delays } = supplying([...first, other])
  away.add(meter).add(other)
  const release = hold()
  const overtaken = rounds.publish(prices(20))
  const newer = rounds.publish(prices(21))
  release()
  expect((await overtaken).meters.at(-1)).toEqual({ meter: other, problem: 'Superseded' })
  expect((await newer).meters.at(-1)).toEqual({ meter: other, problem: 'DeviceUnreachable' })
  expect([asked(), delays().length]).toEqual([8 + 9, 1])
})

test('what meters are owed outlives a restart, and is tried again ever less often', async () => {
  const before = supplying([meter, other])
  before.away.add(meter)
  await before.rounds.publish(prices(20))
  expect(before.sent).toEqual(['3 20p'])
  before.rounds.close()
  const after = before.again()
  await after.rounds.begin(undefined)
  after.away.add(meter)
  await after.wait()
  expect(after.sent).toEqual([])
  after.away.clear()
  await after.wait()
  expect(after.sent).toEqual(['2 20p'])
  expect(after.delays().map((delay) => delay / 60_000)).toEqual([1, 2])
  // For bills it was published by the supplier before.
  expect(after.published()).toBe(0)
  const told = after.again()
  await told.rounds.begin(undefined)
  expect(told.delays()).toEqual([])
  // A home that came to this supplier meanwhile has none yet.
  const more = told.again([meter, other, eui64('02-00-00-00-00-00-00-04')])
  await more.rounds.begin(undefined)
  await more.wait()
  expect(more.sent).toEqual(['4 20p'])
})

test("tomorrow's prices go with what is left of today's, also over a restart, and alone where there is a gap", async () => {
  const today = supplying()
  await today.rounds.publish(prices(20))
  const later = today.again()
  await later.rounds.publish(prices(30, instant(start + 48 * 1_800_000)))
  await later.rounds.publish(prices(40, instant(start + 97 * 1_800_000)))
  expect([today.sent, later.sent]).toEqual([['2 20p'], ['2 20p', '2 40p']])
})

test('an answer to what was overtaken settles nothing that is owed', async () => {
  const before = supplying()
  const release = before.hold()
  const overtaken = before.rounds.publish(prices(20))
  before.hold()
  void before.rounds.publish(prices(21))
  release()
  await overtaken
  // Killed while the second is under way.
  const after = before.again()
  await after.rounds.begin(undefined)
  await after.wait()
  expect(after.sent).toEqual(['2 21p'])
})

test('what nobody is charged by any more is owed to nobody', async () => {
  const { rounds, away, sent, wait, delays } = supplying()
  away.add(meter)
  await rounds.publish(prices(20, instant(start - 47 * 1_800_000)))
  for (let tries = 0; tries < 5; tries++) await wait()
  away.clear()
  expect(sent).toEqual([])
  // The last was the fifth: by then its last half-hour was over.
  expect(delays()).toHaveLength(5)
})

test('a file is published at the first start, and again only where it is another one', async () => {
  const file = { offer: prices(20), digest: 'a' }
  const first = supplying()
  await first.rounds.begin(file)
  expect(first.sent).toEqual(['2 20p'])
  await first.rounds.publish(prices(25))
  // The posted one is newer than the file, also where a meter has not heard of it yet.
  const second = first.again()
  await second.rounds.begin(file)
  expect([second.sent, second.delays()]).toEqual([[], []])
  second.away.add(meter)
  await second.rounds.publish(prices(26))
  const third = second.again()
  await third.rounds.begin(file)
  await third.wait()
  expect(third.sent).toEqual(['2 26p'])
  const fourth = third.again()
  await fourth.rounds.begin({ offer: prices(30), digest: 'b' })
  expect(fourth.sent).toEqual(['2 30p'])
})

test('a round that a full disk ends is tried again until the meter has it', async () => {
  const { rounds, away, disk, sent, wait, delays } = supplying()
  away.add(meter)
  await rounds.publish(prices(20))
  away.clear()
  disk.full = true
  for (let tries = 0; tries < 2; tries++)
    await expect(wait()).rejects.toMatchObject({ code: 'DiskFull' })
  // Whoever publishes meanwhile hears of it, and what was owed before is owed still.
  await expect(rounds.publish(prices(21))).rejects.toMatchObject({ code: 'DiskFull' })
  disk.full = false
  expect(sent).toEqual([])
  await wait()
  expect(sent).toEqual(['2 20p'])
  expect(delays().map((delay) => delay / 60_000)).toEqual([1, 2, 4, 1])
})
