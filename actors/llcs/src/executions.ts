import { executionsOf, type Told } from '@interlock/gbcs'
import { millis, type Timer } from '@interlock/kernel'
import { alertsAdded } from './alerts.ts'
import { commandOf } from './calendar.ts'
import type { StoredCalendar } from './core/memory.ts'
import type { Llcs } from './llcs.ts'
import { vouches } from './network-time.ts'

/** Tells whoever sent a calendar with a date that its date has come, also over a loss of power. */
export type Executions = {
  /** Says what has come into force, and waits for what is to come. */
  tell(): void
  close(): void
}

export function createExecutions(llcs: Llcs): Executions {
  const { keeper, deps, audit } = llcs
  let timer: Timer | undefined

  const tell = (): void => {
    timer?.cancel()
    // When the network agrees again it is called again.
    if (!vouches(keeper.memory)) return
    const { calendars = [] } = keeper.memory
    const now = deps.clock.now()
    const due = calendars.filter(({ untold, from }) => untold === true && from <= now)
    if (due.length > 0) {
      const told = alertsAdded(llcs, due.flatMap(alertsAbout))
      const left = calendars.map(({ untold, ...each }) =>
        untold === true && each.from > now ? { ...each, untold } : each,
      )
      keeper.commit({ calendars: left, ...told })
      audit.record('Alert', { code: 'FutureDated', calendars: due.length })
      void llcs.sendAlerts()
    }
    const next = calendars.find(({ untold, from }) => untold === true && from > now)
    if (next === undefined) return
    const wait = millis(next.from - now)
    timer = deps.clock.after(wait, `${llcs.config.actor}/calendar`, tell)
  }
  return { tell, close: () => timer?.cancel() }
}

/** One for each of its tables. */
function alertsAbout(calendar: StoredCalendar): readonly Told[] {
  const command = commandOf(calendar)
  return command === undefined ? [] : executionsOf(command, calendar.from)
}
