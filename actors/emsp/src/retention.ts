import type { ActorDeps, Running } from '@interlock/host'
import { inHours, instant, type Timer } from '@interlock/kernel'
import { ownerName, type OcpiOwner } from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'
import { authorisationModule as module } from './authorisations.ts'
import type { Told } from './data/told.ts'

/**
 * How long and how much of it is kept. What stations and operators say of a session is settled by its bill, and a request of
 * the desk by its outcome; bills and disputes are evidence, and stay.
 */
export const retention = {
  told: { millis: inHours(180 * 24), countMax: 1_000_000 },
  /** Of each operator; a record that comes later than that is disputed. */
  authorisations: { millis: inHours(180 * 24), countMax: 500_000 },
  requests: { millis: inHours(30 * 24), countMax: 10_000 },
} as const
const roundMillis = inHours(1)

/** Forgets what is over, at start and each hour. */
export function keepRetention(options: {
  readonly us: OcpiOwner
  /** Of what was told, the newest. */
  readonly toldMax: number
  readonly operators: readonly OcpiOwner[]
  readonly told: Pick<Told, 'prune'>
  readonly objects: Pick<OcpiObjects, 'prune'>
  readonly label: string
  readonly deps: Pick<ActorDeps, 'clock' | 'log'>
}): Running {
  const { us, toldMax, operators, told, objects, label, deps } = options
  const { clock, log } = deps
  let timer: Timer | undefined
  let closed = false

  const round = async (): Promise<void> => {
    const now = clock.now()
    await told.prune(instant(now - retention.told.millis), toldMax)
    const issued = retention.authorisations
    const issuedBefore = instant(now - issued.millis)
    for (const operator of operators) {
      const kept = { module, owner: ownerName(operator), before: issuedBefore }
      await objects.prune({ ...kept, countMax: issued.countMax })
    }
    const { millis, countMax } = retention.requests
    const over = { owner: ownerName(us), before: instant(now - millis), countMax }
    await objects.prune({ ...over, module: 'requests', alongside: ['answers', 'results'] })
    await objects.prune({ ...over, module: 'profiled', alongside: ['active-profiles'] })
  }
  let working: Promise<void> | undefined
  const run = (): void => {
    working = round()
      .catch((error: unknown) => log.error({ error }, 'what is over is not forgotten'))
      .finally(() => {
        if (!closed) timer = clock.after(roundMillis, label, run)
      })
  }
  run()
  return {
    async close() {
      closed = true
      timer?.cancel()
      await working
    },
  }
}
