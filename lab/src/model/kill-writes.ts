import { mkdirSync, rmSync } from 'node:fs'
import { Fault } from '@interlock/kernel'
import { beginJournal, type FileDisk, type FileDiskOptions } from './file-disk.ts'
import { begin, deliver, histories, type Begun } from './histories.ts'
import {
  deathsOf,
  devices,
  disksIn,
  journalOf,
  type Device,
  type DeviceDeath,
} from './killed-home.ts'
import { openWorld } from './world.ts'

export type WritesKillReport = {
  readonly deaths: number
  /** The deaths after which something was wrong, with what. */
  readonly wrong: readonly string[]
}

type Lived = {
  readonly problem: string | undefined
  readonly calls: Readonly<Record<Device, FileDisk['calls']>>
  readonly deathsSeen: number
}

/**
 * Lives through a history on real files, in this process. Whoever dies starts again from its file at
 * once, and whatever was sent to it meanwhile is sent again.
 */
export async function liveThrough(
  folder: string,
  from: Begun & { readonly history: string },
  death?: DeviceDeath,
  keeping?: Pick<FileDiskOptions, 'keeping'>,
): Promise<Lived> {
  mkdirSync(folder)
  for (const device of devices) beginJournal(journalOf(folder, device), from.kept[device])
  const disks = disksIn(
    folder,
    death === undefined ? undefined : { death, device: death.device, ...keeping },
  )
  const world = await openWorld({ ...from, flaw: { disks } })
  let deathsSeen = 0
  const bringBack = async (): Promise<boolean> => {
    const back = world.enabled().filter((each) => each.do === 'return')
    deathsSeen += back.length
    for (const each of back) await world.apply(each)
    return back.length > 0
  }
  await bringBack()
  for (const happening of histories[from.history] ?? []) {
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

/**
 * Ends charger and LLCS at every call to the disk that they make in every history, in each way a death
 * at that call may leave the disk.
 *
 * @param every only each death of that number, in order
 */
export async function killWrites(options: {
  readonly dir: string
  readonly every: number
  readonly say: (words: string) => void
}): Promise<WritesKillReport> {
  const { dir, every, say } = options
  const wrong: string[] = []
  let deaths = 0
  for (const history of Object.keys(histories)) {
    const from = { ...(await begin(history)), history }
    const live = (death?: DeviceDeath): Promise<Lived> => liveThrough(`${dir}/life`, from, death)
    const { calls, problem } = await live()
    if (problem !== undefined) throw new Fault('HistoryBroken', `${history}: ${problem}`)
    for (const death of deathsOf(calls).filter((_, index) => index % every === 0)) {
      const lived = await live(death)
      deaths += 1
      const found = lived.deathsSeen === 1 ? lived.problem : `it died ${lived.deathsSeen} times`
      if (found !== undefined)
        wrong.push(`${history}: ${death.device} at call ${death.call}, ${death.how}: ${found}`)
    }
    say(`${history}: ${deaths} deaths so far`)
  }
  return { deaths, wrong }
}

/** What did not hold, as sentences. */
export const killWritesFailures = ({ deaths, wrong }: WritesKillReport): readonly string[] =>
  deaths === 0 ? ['nothing died'] : wrong
