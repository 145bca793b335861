import { inSeconds, millis, type Clock, type Millis, type Timer } from '@interlock/kernel'
import { atRest } from './core/smooth.ts'
import type { BootReason } from './network/boot.ts'
import { released } from './session.ts'
import type { Station } from './station.ts'

/** Restarts of the whole (simulated) controller, or of what stands behind one EVSE. */
export type Restarts = {
  /** After the answer has left, and after `delaySeconds`. */
  soon(reset: { readonly evseId?: number }, reason: BootReason, delaySeconds: number): void
  /** B12.FR.01: once no transaction is left. */
  whenIdle(reset: { readonly evseId?: number }): void
  /** Whether what was waited for has come. */
  look(): void
  /** The power is gone; what would have restarted does so by that. */
  close(): void
}

/** Wall time for an answer to leave before its connection ends. */
export const handoverMillis = millis(50)
/** Wall time for the end of a transaction to be told before a restart that waited for it. */
const tellMillisMax = millis(10_000)

export function createRestarts(station: () => Station): Restarts {
  let due = false
  let closed = false
  const timers = new Set<Timer>()

  const after = (clock: Clock, wait: Millis, label: string, work: () => void): Timer => {
    const timer = clock.after(wait, label, () => {
      timers.delete(timer)
      if (!closed) work()
    })
    timers.add(timer)
    return timer
  }

  /** B11.FR.08: an EVSE alone restarts without a boot of the station. */
  const restart = ({ evseId }: { readonly evseId?: number }, reason: BootReason): void => {
    const { keeper, charging, boot, network } = station()
    if (station().mode === 'standard') endTransaction(station())
    charging.update({ charger: { ...keeper.memory.charger, applied: atRest } })
    if (evseId !== undefined) return station().reports.statusAgain()
    station().reports.security('ResetOrReboot', reason)
    keeper.commit({ set: { bootReason: reason } })
    boot.restarted()
    network.begin()
    station().reconnect()
  }

  const soon: Restarts['soon'] = (reset, reason, delaySeconds) => {
    const { deps, config } = station()
    const label = `${config.actor}/reset`
    const work = (): void => restart(reset, reason)
    if (delaySeconds === 0) after(deps.wall, handoverMillis, label, work)
    else after(deps.clock, inSeconds(delaySeconds), 'reset', work)
  }

  /** How the transaction ended is told first, where the CSMS hears it soon; else after the restart. */
  const onceTold = async (reset: { readonly evseId?: number }): Promise<void> => {
    const { deps, config, reports } = station()
    let late: Timer | undefined
    const limit = new Promise<void>((resolve) => {
      late = after(deps.wall, tellMillisMax, `${config.actor}/reset`, resolve)
    })
    await Promise.race([reports.flush(), limit])
    late?.cancel()
    if (late !== undefined) timers.delete(late)
    if (!closed) soon(reset, 'ScheduledReset', 0)
  }

  return {
    soon,
    whenIdle({ evseId }) {
      const pendingReset = evseId === undefined ? {} : { evseId }
      station().keeper.commit({ set: { pendingReset } })
    },
    look() {
      const { keeper } = station()
      const { pendingReset, transaction } = keeper.memory
      if (pendingReset === undefined || transaction !== undefined || due) return
      due = true
      keeper.commit({ set: { pendingReset: null } })
      due = false
      void onceTold(pendingReset)
    },
    close() {
      closed = true
      for (const timer of timers) timer.cancel()
      timers.clear()
    },
  }
}

/**
 * B12.FR.04: what still charges is ended by the reset, and the CSMS is told so. At a supervised
 * station the owner's charge outlasts it.
 */
function endTransaction({ keeper, charging }: Station): void {
  if (keeper.memory.transaction === undefined) return
  charging.update(
    { charger: released(keeper.memory.charger) },
    { trigger: 'ResetCommand', reason: 'ImmediateReset', ends: true },
  )
}
