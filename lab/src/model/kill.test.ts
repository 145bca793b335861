import { mkdirSync, rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { inMinutes, inSeconds } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crypto, owner } from './devices.ts'
import { createFileDisk, deathsAt, type Death } from './file-disk.ts'
import type { Happening } from './happening.ts'
import { prelude } from './home.ts'
import { signAll, type Scenario } from './scenario.ts'
import { meetings } from './scenarios.ts'
import { openWorld } from './world.ts'

const dir = temporaryDir('interlock-kill-at-write')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
let lives = 0

type Device = 'station' | 'llcs'
type Begun = { readonly scenario: Scenario } & Pick<
  Parameters<typeof openWorld>[0],
  'kept' | 'signed'
>

/** An owner's charge and stop, and a response by itself; each with everything that was sent sent again. */
const histories: Readonly<Record<string, readonly Happening[]>> = {
  'charge now, then stop': [
    { do: 'submit', arm: 'go' },
    { do: 'arrive', parcel: 'wan go' },
    { do: 'trigger', name: 'go' },
    { do: 'submit', arm: 'halt' },
    { do: 'arrive', parcel: 'wan halt' },
    { do: 'trigger', name: 'halt' },
    { do: 'replay', arm: 'go' },
    { do: 'replay', arm: 'halt' },
    { do: 'trigger', name: 'go' },
    { do: 'trigger', name: 'halt' },
    { do: 'tick', millis: inMinutes(2) },
    { do: 'trigger', name: 'halt' },
  ],
  'autonomous response': [
    { do: 'submit', arm: 'relief' },
    { do: 'arrive', parcel: 'wan relief' },
    { do: 'trigger', name: 'curve' },
    { do: 'sample', at: 'station', hertz: 49.6 },
    { do: 'sample', at: 'llcs', hertz: 49.6 },
    { do: 'tick', millis: inSeconds(1) },
    { do: 'sample', at: 'llcs', hertz: 50 },
    { do: 'tick', millis: inSeconds(11) },
    { do: 'sample', at: 'llcs', hertz: 50 },
    { do: 'tick', millis: inMinutes(2) },
    { do: 'replay', arm: 'relief' },
    { do: 'trigger', name: 'curve' },
    { do: 'sample', at: 'station', hertz: 49.6 },
    { do: 'sample', at: 'llcs', hertz: 49.6 },
  ],
}
const begun = new Map<string, Begun>()
beforeAll(async () => {
  for (const name of Object.keys(histories)) {
    const meeting = meetings.find((each) => each.name === name)
    if (meeting === undefined) throw new TypeError(name)
    const scenario = { ...meeting, held: [] }
    const kept = await prelude(scenario.startAt)
    const signed = signAll(scenario, { owner, transactionId: kept.transactionId }, crypto)
    begun.set(name, { scenario, kept, signed })
  }
})

/**
 * Lives through a history on real files. Whoever dies starts again from its file at once, and whatever
 * was sent to it meanwhile is sent again.
 */
async function live(
  name: string,
  death?: Death & { readonly device: Device },
  keeping?: Parameters<typeof createFileDisk>[3],
) {
  const from = begun.get(name)
  if (from === undefined) throw new TypeError(name)
  const folder = `${dir}/${++lives}`
  mkdirSync(folder)
  const disk = (device: Device) =>
    createFileDisk(
      `${folder}/${device}.jsonl`,
      from.kept[device],
      death?.device === device ? death : undefined,
      device === death?.device ? keeping : undefined,
    )
  const disks = { station: disk('station'), llcs: disk('llcs') }
  const world = await openWorld({ ...from, flaw: { disks } })
  const died = (): readonly Happening[] => world.enabled().filter((each) => each.do === 'return')
  let deathsSeen = 0
  const bringBack = async (): Promise<boolean> => {
    const back = died()
    deathsSeen += back.length
    for (const each of back) await world.apply(each)
    return back.length > 0
  }
  const deliver = async (): Promise<void> => {
    for (let count = 0; count < 10; count += 1) {
      const arrival = world.enabled().find((each) => each.do === 'arrive')
      if (arrival === undefined) return
      await world.apply(arrival)
    }
  }
  await bringBack()
  for (const happening of histories[name] ?? []) {
    await world.apply(happening)
    const again = await bringBack()
    if (again && happening.do !== 'arrive' && happening.do !== 'tick') await world.apply(happening)
    await bringBack()
    await deliver()
    await bringBack()
  }
  const calls = { station: [...disks.station.calls], llcs: [...disks.llcs.calls] }
  const problem = world.problem() ?? (await world.rest())
  rmSync(folder, { recursive: true, force: true })
  return { problem, calls, deathsSeen }
}

test.each([
  ['charge now, then stop', 'station'],
  ['autonomous response', 'station'],
  ['autonomous response', 'llcs'],
] as const)(
  'killed at every call to the disk: "%s", %s: no counter goes back, no arm is used twice',
  async (name, device) => {
    const { problem, calls } = await live(name)
    expect(problem).toBeUndefined()
    expect(new Set(calls[device])).toEqual(
      new Set(['create', 'rename', 'syncDir', 'write', 'sync']),
    )
    for (const [index, kind] of calls[device].entries())
      for (const how of deathsAt[kind]) {
        const lived = await live(name, { device, call: index + 1, how })
        expect([index, kind, how, lived.problem]).toEqual([index, kind, how, undefined])
        expect(lived.deathsSeen).toBe(1)
      }
  },
  120_000,
)

/** Says that an entry is kept, and writes it when six are waiting. */
function behind(journal: Journal): Journal {
  const waiting: unknown[] = []
  return {
    ...journal,
    get isLong() {
      return journal.isLong
    },
    append(entry) {
      waiting.push(entry)
      if (waiting.length === 6) for (const each of waiting.splice(0)) journal.append(each)
    },
  }
}

test('a charger that acts before its memory is on the disk is found', async () => {
  const name = 'charge now, then stop'
  const { calls } = await live(name)
  const problems = new Set<string | undefined>()
  for (const [index, kind] of calls.station.entries()) {
    if (kind !== 'sync') continue
    const death = { device: 'station', call: index + 1, how: 'after' } as const
    problems.add((await live(name, death, behind)).problem)
  }
  expect([...problems].join('\n')).toMatch(/obeyed trigger .* twice|is lost/)
}, 240_000)
