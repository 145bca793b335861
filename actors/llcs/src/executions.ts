import { executionsOf, type Told } from '@interlock/gbcs'
import { inSeconds, millis, type Instant, type Millis, type Timer } from '@interlock/kernel'
import { alertsAdded } from './alerts.ts'
import { commandOf } from './calendar.ts'
import type { StoredCalendar } from './core/memory.ts'
import type { Llcs } from './llcs.ts'
import { vouches } from './network-time.ts'

/** After which it is tried again. */
const retrySeconds = 60

/** Tells whoever sent a calendar with a date that its date has come, also over a loss of power. */
export type Executions = {
  /** Says what has come into force, and waits for what is to come. */
  tell(): void
  /** As `tell`, for the first time: what fails then ends the start, and nothing is tried again. */
  start(): void
  close(): void
}

export function createExecutions(llcs: Llcs): Executions {
  const { keeper, deps, audit } = llcs
  let timer: Timer | undefined

  const tell = (): void => {
    timer?.cancel()
    // When the network agrees again it is called again.
    if (!vouches(keeper.memory)) return
    const now = deps.clock.now()
    try {
      tellDue(now)
    } catch (error) {
      // On a full disk their date has come all the same.
      wake(inSeconds(retrySeconds))
      throw error
    }
    const next = keeper.memory.calendars?.find(({ untold, from }) => untold === true && from > now)
    if (next !== undefined) wake(millis(next.from - now))
  }
  const wake = (delay: Millis): void => {
    timer = deps.clock.after(delay, `${llcs.config.actor}/calendar`, tell)
  }
  const tellDue = (now: Instant): void => {
    const { calendars = [] } = keeper.memory
    const due = calendars.filter(({ untold, from }) => untold === true && from <= now)
    if (due.length === 0) return
    const told = alertsAdded(llcs, due.flatMap(alertsAbout))
    const left = calendars.map(({ untold, ...each }) =>
      untold === true && each.from > now ? { ...each, untold } : each,
    )
    keeper.commit({ calendars: left, ...told })
    // They are on the disk: also where the record finds no room they go out.
    void llcs.sendAlerts()
    audit.record('Alert', { code: 'FutureDated', calendars: due.length })
  }
  const close = (): void => timer?.cancel()
  return {
    tell,
    start() {
      try {
        tell()
      } catch (error) {
        close()
        throw error
      }
    },
    close,
  }
}

/** One for each of its tables. */
function alertsAbout(calendar: StoredCalendar): readonly Told[] {
  const command = commandOf(calendar)
  return command === undefined ? [] : executionsOf(command, calendar.from)
}
