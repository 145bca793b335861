import { findingPagesMax } from '@interlock/driver'
import type { Running } from '@interlock/host'
import { Fault, inMinutes, inTurn, type Timer } from '@interlock/kernel'
import type { Commands } from '../commands.ts'
import type { Context } from '../context.ts'
import type { DriverRegister } from './driver-register.ts'
import {
  clearCaches,
  shortenLists,
  soil,
  stationMemories,
  type StationMemories,
} from './forget-cards.ts'
import { takeFinding } from './take-finding.ts'

const pollMillis = inMinutes(1)

export type CardFindings = Running & {
  /** One round: what was found since is acted on, and stations are told to forget. */
  round(): Promise<void>
}

type Shared = Pick<
  Context,
  'config' | 'deps' | 'audit' | 'known' | 'views' | 'sessions' | 'inUse' | 'misused'
> & { readonly drivers: DriverRegister }

/**
 * Asks the register of driver tokens, at start and each minute, what it has found of cards at our stations. A card that was
 * misused is not let in by what is remembered of it: not here, and not in the memory of stations.
 */
export function keepCardFindings(context: Shared, commands: Commands, label: string): CardFindings {
  const { misused } = context
  const { clock, log } = context.deps
  const memories = stationMemories()
  let timer: Timer | undefined
  let closed = false
  let working: Promise<void> = Promise.resolve()
  if (misused.list(clock.now()).length > 0) soil(memories, context)

  const guarded = async (): Promise<void> => {
    try {
      await round(context, commands, memories)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ code: error.code, detail: error.message }, 'what was found of cards is not known')
    }
  }
  const oneByOne = inTurn()
  const next = (): Promise<void> => {
    working = oneByOne(guarded).catch((error: unknown) => {
      log.error({ error }, 'reading what was found of cards broke')
    })
    return working
  }
  const run = async (): Promise<void> => {
    await next()
    if (!closed) timer = clock.after(pollMillis, label, () => void run())
  }
  void run()
  return {
    round: next,
    async close() {
      closed = true
      timer?.cancel()
      await working
    },
  }
}

async function round(
  context: Shared,
  commands: Commands,
  memories: StationMemories,
): Promise<void> {
  const { deps, misused, drivers } = context
  const now = deps.clock.now()
  for (let page = 0; page < findingPagesMax; page += 1) {
    const findings = await drivers.findings(misused.latest)
    for (const finding of findings) {
      const { measure } = await takeFinding(context, commands, finding, now)
      if (measure !== 'none') soil(memories, context)
    }
    if (findings.length === 0) break
  }
  await clearCaches(memories, context, commands, now)
  await shortenLists(memories, context, commands, now)
}
