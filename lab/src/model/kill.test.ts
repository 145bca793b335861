import { mkdirSync, rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  beginJournal,
  behind,
  createFileDisk,
  deathsAt,
  type Death,
  type FileDiskOptions,
} from './file-disk.ts'
import type { Happening } from './happening.ts'
import { begin, deliver, histories, type Begun } from './histories.ts'
import { openWorld } from './world.ts'

const dir = temporaryDir('interlock-kill-at-write')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
let lives = 0

type Device = 'station' | 'llcs'
const begun = new Map<string, Begun>()
beforeAll(async () => {
  for (const name of Object.keys(histories)) begun.set(name, await begin(name))
})

/**
 * Lives through a history on real files. Whoever dies starts again from its file at once, and whatever
 * was sent to it meanwhile is sent again.
 */
async function live(
  name: string,
  death?: Death & { readonly device: Device },
  keeping?: Pick<FileDiskOptions, 'keeping'>,
) {
  const from = begun.get(name)
  if (from === undefined) throw new TypeError(name)
  const folder = `${dir}/${++lives}`
  mkdirSync(folder)
  const disk = (device: Device) => {
    const path = `${folder}/${device}.jsonl`
    beginJournal(path, from.kept[device])
    return createFileDisk(path, device === death?.device ? { death, ...keeping } : {})
  }
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
  await bringBack()
  for (const happening of histories[name] ?? []) {
    await world.apply(happening)
    const again = await bringBack()
    if (again && happening.do !== 'arrive' && happening.do !== 'tick') await world.apply(happening)
    await bringBack()
    await deliver(world)
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
  300_000,
)

test('a charger that acts before its memory is on the disk is found', async () => {
  const name = 'charge now, then stop'
  const { calls } = await live(name)
  let problem: string | undefined
  for (const [index, kind] of calls.station.entries()) {
    if (kind !== 'sync' || problem !== undefined) continue
    const death = { device: 'station', call: index + 1, how: 'after' } as const
    problem = (await live(name, death, { keeping: behind })).problem
  }
  expect(problem).toMatch(/obeyed trigger .* twice|is lost/)
}, 240_000)
