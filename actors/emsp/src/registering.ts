import type { Log, Running } from '@interlock/host'
import { inMinutes, type Clock, type Timer } from '@interlock/kernel'
import type { Registration } from '@interlock/ocpi'

const retryMillis = inMinutes(1)

/**
 * Registers with the parties whose addresses are known, and tries again until each has answered; then
 * does `next`, now as after a restart.
 */
export function keepRegistering(options: {
  readonly parties: readonly { readonly name: string; readonly versions?: string }[]
  readonly registration: Registration
  readonly next: (party: string) => Promise<void>
  readonly label: string
  readonly clock: Clock
  readonly log: Log
}): Running {
  const { parties, registration, next, label, clock, log } = options
  const timers = new Map<string, Timer>()
  let closed = false
  const under = new Set<Promise<void>>()
  const isRegistered = (name: string): boolean => {
    const reached = registration.reach(name, 'credentials', 'RECEIVER')
    return reached.ok || reached.reason !== 'NotRegistered'
  }

  const attempt = async (name: string, versions: string | undefined): Promise<void> => {
    if (!isRegistered(name) && versions !== undefined) {
      const begun = await registration.begin(name, versions)
      if (!begun.ok)
        log.warn({ party: name, reason: begun.reason, detail: begun.detail }, 'not registered')
    }
    if (isRegistered(name)) return await next(name)
    // Where it is for the other side to begin, it is asked again whether that has been done.
    if (!closed)
      timers.set(
        name,
        clock.after(retryMillis, `${label}/${name}`, () => run(name, versions)),
      )
  }
  const run = (name: string, versions: string | undefined): void => {
    const running = attempt(name, versions)
      .catch((error: unknown) => log.error({ party: name, error }, 'registering broke'))
      .finally(() => under.delete(running))
    under.add(running)
  }
  for (const { name, versions } of parties) run(name, versions)
  return {
    async close() {
      closed = true
      for (const timer of timers.values()) timer.cancel()
      await Promise.all(under)
    },
  }
}
