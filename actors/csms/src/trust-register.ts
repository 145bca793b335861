import { Fault, inMinutes, type StationId, type Timer } from '@interlock/kernel'
import { inBackground } from './background.ts'
import type { Context } from './context.ts'
import type { StationView } from './core/view.ts'
import type { Unsendable } from './unsendable.ts'

/** The supervisor's register says how a station is trusted; what this CSMS was told must agree. */
export type TrustRegister = {
  start(): void
  close(): void
  /** The station is here: a good moment to ask, if it is not settled. */
  ask(station: StationId): void
}

/** How often is asked again about stations of which the register has not confirmed what is said here. */
const lookMinutes = 10

export function createTrustRegister(context: Context): TrustRegister {
  const { deps, config, views } = context
  let timer: Timer | undefined
  let closed = false

  const askAll = async (): Promise<void> => {
    for (const view of views.values()) {
      if (closed) return
      if (isUnsettled(view)) await askRegister(context, view)
    }
  }
  const quietly = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      deps.log.warn({ cause }, 'the register was not asked how stations are trusted')
    }
  }
  const again = (): void => {
    if (closed) return
    const label = `${config.actor}/trust-register`
    timer = deps.clock.after(inMinutes(lookMinutes), label, () => quietly(askAll).finally(again))
  }
  return {
    start() {
      inBackground(deps, 'trust-register', () => quietly(askAll))
      again()
    },
    close() {
      closed = true
      timer?.cancel()
    },
    ask(station) {
      const view = views.get(station)
      if (view === undefined || !isUnsettled(view)) return
      inBackground(deps, 'trust-register', () => quietly(() => askRegister(context, view)))
    },
  }
}

const isUnsettled = ({ record, registered }: StationView): boolean => registered !== record.trust

/**
 * Asks the register and writes its answer into the view.
 * @returns why there is none
 * @throws Fault when the supervisor cannot be reached
 */
async function askRegister(context: Context, view: StationView): Promise<Unsendable | undefined> {
  const { stationId: station, trust: here } = view.record
  const answer = await context.supervisor.entryOf(station)
  if (!answer.ok) return answer
  const { trust: register, hours } = answer.value
  view.hours = hours
  if (view.registered !== register && register !== here) {
    context.audit.critical('TrustMismatch', { station, here, register })
    context.tell({ kind: 'security', station, reason: 'TrustMismatch', data: { here, register } })
  }
  view.registered = register
  return undefined
}

/**
 * Why no critical command leaves for a station: the supervisor charges by its own entry, so a standard
 * station must stand there as one. A supervised one judges by itself, so there silence is no bar.
 * @throws Fault when the supervisor cannot be reached
 */
export async function trustBars(
  context: Context,
  view: StationView,
): Promise<Unsendable | undefined> {
  const { trust } = view.record
  if (!isUnsettled(view) || (trust === 'supervised' && view.registered === undefined))
    return undefined
  const unanswered = await askRegister(context, view)
  if (unanswered !== undefined) return unanswered
  return isUnsettled(view)
    ? { reason: 'TrustMismatch', detail: `${trust} here, ${view.registered} in the register` }
    : undefined
}
