import { parseArgs } from 'node:util'
import { inSeconds, type Timer } from '@interlock/kernel'
import type { TSchema } from 'typebox'
import { claimFolder } from './claim.ts'
import { readConfig, type CommonConfig } from './config.ts'
import { systemDeps, type ActorDeps, type Running } from './deps.ts'
import { describeFailure, exitCodeOf, exitCodes } from './exit.ts'

const closeMillisMax = inSeconds(15)

/**
 * Runs one actor as a process: reads `--config FILE` (whose schema extends {@link CommonConfig}), claims
 * its data folder, starts, and closes once on SIGINT or SIGTERM.
 * There are no other options, so no flag can weaken an actor.
 * @returns the exit code: 0 closed, 1 failed, 2 wrong usage, 3 the environment (config, port, disk …).
 */
export async function runActor<Config>(
  schema: TSchema,
  start: (config: Config, deps: ActorDeps) => Promise<Running>,
  argv: readonly string[],
): Promise<number> {
  const path = configPath(argv)
  if (path === undefined) return exitCodes.usage
  const signal = firstSignal()
  let release = (): void => {}
  try {
    const config = readConfig(path, schema) as Config & Pick<CommonConfig, 'actor' | 'data'>
    const deps = systemDeps(config.actor)
    release = claimFolder(config.data)
    const running = await start(config, deps)
    deps.log.info({ config: path }, 'started')
    const name = await signal.received
    deps.log.info({ signal: name }, 'closing')
    return await closeInTime(running, deps)
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`)
    return exitCodeOf(error)
  } finally {
    release()
    signal.forget()
  }
}

function configPath(argv: readonly string[]): string | undefined {
  try {
    const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } })
    if (values.config !== undefined) return values.config
    process.stderr.write('usage: --config FILE\n')
  } catch (error) {
    const message = error instanceof Error ? error.message : `${error}`
    process.stderr.write(`${message}\nusage: --config FILE\n`)
  }
  return undefined
}

/** Listens before the start, so that a signal during it closes what was started. */
function firstSignal(): { received: Promise<NodeJS.Signals>; forget(): void } {
  let tell: (name: NodeJS.Signals) => void = () => {}
  let isTold = false
  const received = new Promise<NodeJS.Signals>((resolve) => (tell = resolve))
  const onSignal = (name: NodeJS.Signals): void => {
    isTold = true
    tell(name)
  }
  // A pending promise does not keep a process alive; an actor without sockets must stay all the same.
  const alive = setInterval(() => {}, inSeconds(3600))
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const forget = (): void => {
    clearInterval(alive)
    // One that comes again while the process ends must not make its end another.
    if (!isTold) process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
  return { received, forget }
}

async function closeInTime(running: Running, deps: ActorDeps): Promise<number> {
  let timer: Timer | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = deps.wall.after(closeMillisMax, 'close', () => resolve('late'))
  })
  const outcome = await Promise.race([running.close(), late]).finally(() => timer?.cancel())
  if (outcome !== 'late') return exitCodes.done
  deps.log.error({ closeMillisMax }, 'did not close in time')
  return exitCodes.failed
}
