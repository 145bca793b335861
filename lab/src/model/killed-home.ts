import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { Fault, instant, type Instant } from '@interlock/kernel'
import { recall as recallLlcs } from '@interlock/llcs'
import { fallbackAt } from '@interlock/power'
import { recall as recallStation } from '@interlock/station'
import { dir as partiesDir, sharedHome } from '../home/parties.ts'
import { counterProblem, countersOf } from './books.ts'
import { keepsDiary, openDiary, retell, type Told } from './diary.ts'
import {
  beginJournal,
  deathsAt,
  createFileDisk,
  type Death,
  type FileDisk,
  type FileDiskOptions,
} from './file-disk.ts'
import type { Happening } from './happening.ts'
import { deliver, histories, type Begun } from './histories.ts'
import { createOracle } from './oracle.ts'
import { ratingWatts } from './scenario.ts'
import { openWorld } from './world.ts'

export const devices = ['station', 'llcs'] as const
export type Device = (typeof devices)[number]
/** Whose death it is; `behind` breaks the device's journal on purpose. */
export type DeviceDeath = Death & { readonly device: Device; readonly behind?: true }

/** Every death at these calls, in their order. */
export const deathsOf = (calls: Readonly<Record<Device, FileDisk['calls']>>): DeviceDeath[] =>
  devices.flatMap((device) =>
    calls[device].flatMap((kind, index) =>
      deathsAt[kind].map((how) => ({ device, call: index + 1, how })),
    ),
  )

/** What a child process is given, besides the parties of the home: all of it is in its folder. */
export type Life = Begun & { readonly history: string; readonly death: DeviceDeath | undefined }

export type Lived = {
  readonly calls: Readonly<Record<Device, FileDisk['calls']>>
  /** Counters that went back, in words. */
  readonly countersBack: readonly string[]
  /** Arms taken, triggers obeyed and loads of arms begun more than once. */
  readonly armsUsedTwice: number
  /** Any promise of the oracle that was broken. */
  readonly problem: string | undefined
}

type Disks = Readonly<Record<Device, FileDisk>>
type Counters = ReadonlyMap<string, bigint>

export const journalOf = (folder: string, device: Device): string => `${folder}/${device}.jsonl`

/** The disks of a home; the one of `options.device` is not as the other. */
export function disksIn(
  folder: string,
  options?: FileDiskOptions & { readonly device: Device },
): Disks {
  const disk = (device: Device): FileDisk =>
    createFileDisk(journalOf(folder, device), options?.device === device ? options : {})
  return { station: disk('station'), llcs: disk('llcs') }
}

function prepare(folder: string, life: Life): void {
  mkdirSync(folder)
  writeFileSync(`${folder}/life`, serialize(life))
  for (const device of devices) beginJournal(journalOf(folder, device), life.kept[device])
}
export const lifeIn = (folder: string): Life => deserialize(readFileSync(`${folder}/life`)) as Life

/** The home of a folder, as its files and its diary leave it, with its history so far. */
export async function openFrom(folder: string, life: Life, disks: Disks) {
  const diary = openDiary(`${folder}/diary.jsonl`)
  const told = diary.told()
  const begun = told.filter(([method]) => method === 'begun').length
  const happenings = histories[life.history] ?? []
  const { scenario, kept } = life
  const now = timeAfter(scenario.startAt, happenings.slice(0, begun))
  const watts = recallStation(kept.station, scenario.startAt).charger.meter.powerWatts
  const oracle = createOracle(life.signed, watts, scenario.startAt)
  const problems = [...retell(oracle, told)]
  const keeping = keepsDiary(oracle, diary)
  // Whatever the dead had moved when they died is judged before they come back.
  const left = recallStation(disks.station.entries, now).charger.meter.powerWatts
  if (begun > 0) problems.push(...[keeping.load(left, now)].filter((each) => each !== undefined))
  const world = await openWorld({
    ...life,
    scenario: { ...scenario, startAt: now },
    flaw: { disks },
    oracle: keeping,
  })
  return { world, diary, begun, happenings, problems }
}

const timeAfter = (startAt: Instant, happenings: readonly Happening[]): Instant =>
  instant(
    happenings.reduce((at, each) => at + (each.do === 'tick' ? each.millis : 0), Number(startAt)),
  )

/** One happening after another; each is in the diary before it happens. */
export async function goOn(
  { world, diary, happenings, begun }: Awaited<ReturnType<typeof openFrom>>,
  disks: Disks,
): Promise<void> {
  for (const happening of happenings.slice(begun)) {
    diary.tell(['begun', [...countersOn(disks)].map(([of, counter]) => [of, `${counter}`])])
    await world.apply(happening)
    await deliver(world)
  }
}

/**
 * A whole history, in a process of its own until a SIGKILL ends that at the given call to the disk. Then
 * the home is opened again on its files; whatever was handed in and sent is handed in and sent once more, by a
 * data company and a CSMS that remember nothing, and the rest of the history follows. Without a
 * death all of it happens in this process.
 *
 * @throws Fault `NotKilled` when the process did not die there
 */
export async function liveKilled(folder: string, life: Life): Promise<Lived> {
  prepare(folder, life)
  if (life.death !== undefined) await untilKilled(folder)
  const disks = disksIn(folder)
  const dead = countersOn(disks)
  const home = await openFrom(folder, life, disks)
  const { world, diary, happenings, begun, problems } = home
  const isSent = ({ do: kind }: Happening): boolean =>
    kind === 'submit' || kind === 'trigger' || kind === 'say'
  for (const [index, happening] of happenings.slice(0, begun).entries()) {
    const isCutShort = index === begun - 1 && happening.do !== 'arrive' && happening.do !== 'tick'
    if (!isSent(happening) && !isCutShort) continue
    await world.apply(happening)
    await deliver(world)
  }
  await goOn(home, disks)
  const calls = { station: [...disks.station.calls], llcs: [...disks.llcs.calls] }
  const problem = problems[0] ?? world.problem() ?? (await world.rest())
  const told = diary.told()
  return {
    calls,
    countersBack: wentBack(told, begun, [dead, countersOn(disks)]),
    armsUsedTwice: usedTwice(told),
    problem,
  }
}

const childMillisMax = 240_000

/** Resolves when the process of that folder has been ended by SIGKILL. */
const untilKilled = (folder: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('./home-process.ts', import.meta.url))
    const env = { ...process.env, [sharedHome]: partiesDir }
    const child = fork(script, [folder], { execArgv: ['--import', 'tsx'], env })
    const late = setTimeout(() => child.kill('SIGTERM'), childMillisMax)
    child.once('exit', (code, signal) => {
      clearTimeout(late)
      if (signal === 'SIGKILL') resolve()
      else reject(new Fault('NotKilled', `${folder}: it ended with ${signal ?? code}`))
    })
  })

const countersOn = ({ station, llcs }: Disks): Counters =>
  countersOf(recallStation(station.entries, instant(0)), recallLlcs(llcs.entries))

/** Each step from one reading of the counters to the next in which one went back. */
function wentBack(
  told: readonly Told[],
  begun: number,
  [dead, last]: readonly [Counters, Counters],
): readonly string[] {
  const readings = told.flatMap((line): Counters[] =>
    line[0] === 'begun' ? [new Map(line[1].map(([of, counter]) => [of, BigInt(counter)]))] : [],
  )
  const all = [...readings.slice(0, begun), dead, ...readings.slice(begun), last]
  return all.flatMap((reading, index) => {
    const before = all[index - 1]
    const problem = before === undefined ? undefined : counterProblem(before, reading)
    return problem === undefined ? [] : [problem]
  })
}

/** Arms taken and triggers obeyed more than once, and loads outside the schedule begun more than once. */
function usedTwice(told: readonly Told[]): number {
  const times = new Map<string, number>()
  const count = (what: string): void => void times.set(what, (times.get(what) ?? 0) + 1)
  let load: number | undefined
  for (const line of told) {
    if (line[0] === 'accepted') count(`trigger ${line[1]}`)
    if (line[0] === 'answered') count(`arm ${line[1]}`)
    if (line[0] !== 'load') continue
    const [, watts, now] = line
    if (watts !== load && watts !== fallbackAt(now, ratingWatts)) count(`${watts} W`)
    load = watts
  }
  return [...times.values()].filter((each) => each > 1).length
}
