import { instant } from '@interlock/kernel'
import { makeDay, type Day } from '@interlock/lab/day'
import { UsageError } from '../command.ts'
import { textOf, type FlagValues } from '../flags.ts'
import { pagePort } from '../page-port.ts'

/** What a person asked for, with every default in its place and every file read. */
export type DemoOptions = {
  readonly once: boolean
  readonly seed: number
  readonly day: Day
  readonly speed: number | 'stepped'
  readonly controls: 'on' | 'off'
  /** 0 takes any free one. */
  readonly ports: { readonly console: number; readonly arm: number }
  /** Absent: a temporary folder, removed afterwards. */
  readonly data?: string
  readonly reset: boolean
}

/**
 * Checks everything that a person gave before anything is started.
 *
 * @throws UsageError, or Fault when a file cannot be used (naming it and the line) or a port is taken
 */
export async function readDemo(flags: FlagValues): Promise<DemoOptions> {
  const once = flags['once'] === true
  const reset = flags['reset'] === true
  const data = textOf(flags, 'data') ?? (once ? undefined : '.interlock')
  if (flags['tariff-day'] !== undefined && flags['tariff'] === undefined)
    throw new UsageError('--tariff-day chooses a day of a --tariff file, and there is none')
  if (reset && data === undefined)
    throw new UsageError('--reset needs --data: with --once alone nothing is kept')
  const seed = numberOf(flags, 'seed') ?? 1
  const port = numberOf(flags, 'port') ?? (once ? undefined : pagePort)
  return {
    once,
    seed,
    day: dayOf(flags, seed),
    speed: numberOf(flags, 'speed') ?? (once ? 'stepped' : 60),
    controls: flags['controls'] === 'off' ? 'off' : 'on',
    ports: port === undefined ? { console: 0, arm: 0 } : await pagePorts(port),
    reset,
    ...(data === undefined ? {} : { data }),
  }
}

function dayOf(flags: FlagValues, seed: number): Day {
  const tariff = textOf(flags, 'tariff')
  const tariffDay = numberOf(flags, 'tariff-day')
  const sessions = textOf(flags, 'sessions')
  const frequency = textOf(flags, 'frequency')
  return makeDay(seed, numberOf(flags, 'stations') ?? 12, {
    ...(tariff === undefined ? {} : { tariff }),
    ...(tariffDay === undefined ? {} : { tariffDay: instant(tariffDay) }),
    ...(sessions === undefined ? {} : { sessions }),
    ...(frequency === undefined ? {} : { frequency }),
  })
}

/** Both free now, so that a taken one is told before a street is started for nothing. */
async function pagePorts(port: number): Promise<DemoOptions['ports']> {
  const { freePort } = await import('@interlock/host')
  const host = '127.0.0.1'
  return { console: await freePort(host, port), arm: await freePort(host, port + 1) }
}

function numberOf(flags: FlagValues, name: string): number | undefined {
  const value = flags[name]
  return typeof value === 'number' ? value : undefined
}
