import { rmSync } from 'node:fs'
import { Fault } from '@interlock/kernel'
import { begin, histories } from './histories.ts'
import { deathsOf, liveKilled, type DeviceDeath, type Lived } from './killed-home.ts'

export type DevicesKillReport = {
  /** Processes that a SIGKILL ended, each at another call of a device to its disk. */
  readonly kills: number
  readonly countersBack: number
  readonly armsUsedTwice: number
  /** Lives in which any promise of docs/decisions/arm-and-trigger-model.md was broken. */
  readonly promisesBroken: number
  readonly seconds: number
  /** The deaths after which something was wrong, with what. */
  readonly wrong: readonly string[]
}

/**
 * Kills charger and LLCS at every call to the disk that they make in every history, in each way a death
 * at that call may leave the disk.
 *
 * @param every only each death of that number, in order
 */
export async function killDevices(options: {
  readonly dir: string
  readonly every: number
  readonly say: (words: string) => void
}): Promise<DevicesKillReport> {
  const { dir, every, say } = options
  const began = performance.now()
  const lives: Life[] = []
  for (const history of Object.keys(histories)) {
    const begun = await begin(history)
    const liveOnce = async (death?: DeviceDeath): Promise<Lived> => {
      const folder = `${dir}/life`
      const lived = await liveKilled(folder, { ...begun, history, death })
      rmSync(folder, { recursive: true })
      return lived
    }
    const { calls, problem } = await liveOnce()
    if (problem !== undefined) throw new Fault('HistoryBroken', `${history}: ${problem}`)
    for (const death of deathsOf(calls).filter((_, index) => index % every === 0)) {
      const words = `${history}: ${death.device} at call ${death.call}, ${death.how}`
      lives.push({ words, lived: await liveOnce(death) })
    }
    say(`${history}: killed ${lives.length} times so far`)
  }
  return { ...judgeLives(lives), seconds: Math.round((performance.now() - began) / 1000) }
}

type Life = { readonly words: string; readonly lived: Lived }

function judgeLives(lives: readonly Life[]): Omit<DevicesKillReport, 'seconds'> {
  const count = (holds: (lived: Lived) => boolean): number =>
    lives.filter(({ lived }) => holds(lived)).length
  return {
    kills: lives.length,
    countersBack: count(({ countersBack }) => countersBack.length > 0),
    armsUsedTwice: count(({ armsUsedTwice }) => armsUsedTwice > 0),
    promisesBroken: count(({ problem }) => problem !== undefined),
    wrong: lives.flatMap(({ words, lived }) => {
      const found = wrongWith(lived)
      return found.length === 0 ? [] : [`${words}: ${found.join('; ')}`]
    }),
  }
}

/** What a life shows to be wrong, in words. */
export const wrongWith = ({ countersBack, armsUsedTwice, problem }: Lived): readonly string[] => [
  ...countersBack,
  ...(armsUsedTwice > 0 ? ['an arm or its trigger was used twice'] : []),
  ...(problem === undefined ? [] : [problem]),
]
