import {
  inSeconds,
  instant,
  millis,
  plus,
  type Instant,
  type StationId,
  type Timer,
} from '@interlock/kernel'
import type { Context, Member } from '../context.ts'
import { hold, isHeld } from './holding.ts'

export type Portfolio = {
  /** Makes that EVSE ready to respond, within a second of world time. */
  readonly enrol: (station: StationId) => void
  /** The same for every member, now; false where one is not ready. */
  readonly enrolAll: () => Promise<boolean>
  close(): void
}

const retrySeconds = 5 * 60

/**
 * Keeps the members ready to respond. What is asked in one second of world time is done together and
 * in the order of identities, so that who gets the last of a budget does not depend on whose message
 * was faster.
 */
export function createPortfolio(context: Context): Portfolio {
  const { clock } = context.deps
  const label = `${context.config.actor}/enrol`
  const waiting = new Set<StationId>()
  let timer: { readonly timer: Timer; readonly at: Instant } | undefined
  let running: Promise<boolean> | undefined
  let closed = false

  const at = (when: Instant): void => {
    if (closed || (timer !== undefined && timer.at <= when)) return
    timer?.timer.cancel()
    const delay = millis(Math.max(0, when - clock.now()))
    timer = { at: when, timer: clock.after(delay, label, onTime) }
  }

  const onTime = async (): Promise<void> => {
    timer = undefined
    try {
      await run()
    } catch (error) {
      for (const station of context.members.keys()) waiting.add(station)
      at(plus(clock.now(), inSeconds(retrySeconds)))
      throw error
    }
  }

  /** One at a time; what comes in meanwhile is done next. */
  const run = (): Promise<boolean> => {
    running ??= enrolWaiting().finally(() => (running = undefined))
    return running
  }

  const enrolWaiting = async (): Promise<boolean> => {
    const missing: StationId[] = []
    while (waiting.size > 0 && !closed) {
      const [next] = [...waiting].sort((a, b) => (a < b ? -1 : 1))
      if (next === undefined) break
      waiting.delete(next)
      const member = context.members.get(next)
      // One that is not connected asks again when it boots.
      if (member?.endpoint === undefined) continue
      if (!(await hold(context, member))) missing.push(next)
    }
    for (const station of missing) waiting.add(station)
    if (missing.length > 0) at(plus(clock.now(), inSeconds(retrySeconds)))
    else renewLater()
    return [...context.members.values()].every((member) => isHeld(member, clock.now()))
  }

  /** When the first holding ends, everyone whose time it is begins anew. */
  const renewLater = (): void => {
    const held = [...context.members.values()].filter(
      (member) => member.endpoint !== undefined && isHeld(member, clock.now()),
    )
    if (held.length === 0) return
    for (const member of held) waiting.add(member.stationId)
    at(instant(Math.min(...held.map(({ holding }) => holding?.until ?? Infinity))))
  }

  return {
    enrol(station) {
      const member = context.members.get(station)
      if (member === undefined) return
      if (isHeld(member, clock.now())) return renewLater()
      waiting.add(station)
      at(instant(Math.floor(clock.now() / 1000) * 1000 + 1000))
    },
    async enrolAll() {
      for (const station of context.members.keys()) waiting.add(station)
      return run()
    },
    close() {
      closed = true
      timer?.timer.cancel()
    },
  }
}

export const memberOf = (context: Context, id: string): Member | undefined =>
  context.members.get(id as StationId)
