import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { guardedClock, writeAtomic, type Log, type Running } from '@interlock/host'
import {
  inHours,
  inMinutes,
  instant,
  plus,
  toIso,
  type Instant,
  type Millis,
} from '@interlock/kernel'
import { withoutControls } from '../attacks/without-controls.ts'
import { laterDay, worldStart, type Day } from '../worlds/day.ts'
import { createWorldClock, type WorldClock } from '../worlds/world-clock.ts'
import type { FrequencyRow } from '../files/frequency-file.ts'
import { createAttacker } from './attacker.ts'
import { at } from './cars.ts'
import { openPages, type Pages } from './open-pages.ts'
import { layDay } from './scenario.ts'
import { startStreet, type Street } from './start-street.ts'
import { tellGoals } from './driver.ts'

export type LiveOptions = {
  readonly dir: string
  readonly seed: number
  readonly day: Day
  /** World seconds per wall second. */
  readonly speed: number
  readonly controls: 'on' | 'off'
  readonly ports: { readonly console: number; readonly arm: number }
  /** Until when a new street lives as fast as it can before it is shown; ten past midnight by default. */
  readonly from?: Instant
  readonly log: Log
  readonly say: (words: string) => void
}

export type Live = Running & {
  readonly consoleUrl: string
  readonly armUrl: string
  /** Names and passwords of the built-in identities, new at every start. */
  readonly passwords: Pages['passwords']
  readonly street: Pick<Street, 'homes'>
  /** Rejects when the world stops by itself: a bug. */
  readonly ended: Promise<void>
}

/** A new street is shown from ten past midnight: cars are plugged in, cheap hours and a grid event ahead. */
const showFrom = instant(worldStart + inHours(12) + inMinutes(10))

/** How much of the world a kill may have left unwritten. */
const unwrittenMillis = inMinutes(10)
const saveEveryMillis = 500

/**
 * Runs a street until it is closed, day after day; started again on the same folder it goes on where
 * it stood.
 *
 * @throws Fault when something cannot start; nothing is left running.
 */
export async function runLive(options: LiveOptions): Promise<Live> {
  const clockFile = join(options.dir, 'world-clock.json')
  const stood = savedInstant(clockFile)
  const world = enduring(createWorldClock(stood ?? worldStart), options.log)
  let pages: Pages | undefined
  const street = await startStreet({
    ...options,
    onHappening: (happening) => pages?.web.tell(happening),
    sessions: options.day.sessions,
    world,
    ...(options.controls === 'off' ? { chargers: withoutControls } : {}),
  })
  let saved = true
  const saving = setInterval(() => {
    try {
      save(clockFile, world.now())
      saved = true
    } catch (error) {
      if (saved) options.log.error({ error }, 'where the world stands is not kept')
      saved = false
    }
  }, saveEveryMillis)
  const stop = async (): Promise<void> => {
    world.stop()
    clearInterval(saving)
    await street.close()
    save(clockFile, world.now())
  }
  try {
    const opened = await open(street, options, world)
    pages = opened
    const ended = keepGoing(world, stood === undefined, options)
    ended.catch(() => {})
    let closing: Promise<void> | undefined
    return {
      consoleUrl: opened.web.consoleUrl,
      armUrl: opened.web.armUrl,
      passwords: opened.passwords,
      street,
      ended,
      close: () => (closing ??= stop()),
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function open(street: Street, options: LiveOptions, world: WorldClock): Promise<Pages> {
  const { controls, day, say } = options
  const clock = world.clockFor('scenario')
  const attacker = createAttacker(street, world)
  const pages = await openPages(street, options.ports, {
    attack: { controls, run: async () => ({ controls, ...(await attacker.attack()) }) },
    hardware: {
      press: (station, button) =>
        street.homes.find(({ home }) => home.stationId === station)?.station.hardware.press(button),
    },
  })
  const tell = await tellGoals(pages)
  const onSample = ({ at: moment, hertz }: FrequencyRow): void =>
    pages.web.tell({ at: moment, actor: 'grid', kind: 'frequency', data: { hertz } })

  /** Lays one day and, at its end, the next. */
  const lay = async (index: number, words: (words: string) => void): Promise<void> => {
    const feed = await layDay(
      street,
      laterDay(day, index),
      { clock, say: words },
      { tell, onSample, calmEvery },
    )
    const noon = instant(worldStart + (index + 1) * inHours(24))
    at(clock, noon, 'day', async () => {
      feed.stop()
      await lay(index + 1, () => {})
    })
  }
  await lay(Math.floor((world.now() - worldStart) / inHours(24)), say)
  return pages
}

/** Once somebody can watch, the grid is sampled each minute of the world. */
const calmEvery = (now: Instant): Millis => inMinutes(now < showFrom ? 30 : 1)

/** Shows a new street from just after midnight; then time passes at the speed asked for. */
async function keepGoing(world: WorldClock, fresh: boolean, options: LiveOptions): Promise<void> {
  if (fresh) {
    const from = options.from ?? showFrom
    options.say('Living through the first hours as fast as the work allows.')
    await world.run(from, 'stepped')
    options.say(`It is ${toIso(from).slice(11, 16)} UTC in Acacia Avenue.`)
  }
  await world.run(instant(worldStart + inHours(24 * 365 * 100)), options.speed)
}

/** A street that people watch outlives what fails in it: a disk that is full, a database that is gone. */
const enduring = (world: WorldClock, log: Log): WorldClock => ({
  ...world,
  clockFor: (actor) => guardedClock(world.clockFor(actor), log.child({ actor })),
})

const save = (path: string, now: Instant): void => writeAtomic(path, JSON.stringify({ now }))

/** Where an earlier run stood, and a little later: time must not go back over what it decided. */
function savedInstant(path: string): Instant | undefined {
  if (!existsSync(path)) return undefined
  const { now } = JSON.parse(readFileSync(path, 'utf8')) as { now: number }
  return plus(instant(now), unwrittenMillis)
}
