import type { ActorDeps } from '@interlock/host'

/**
 * Work that nobody waits for. It holds the world's clock until it is done, and what goes wrong in it
 * is logged and goes no further.
 */
export function inBackground(
  deps: Pick<ActorDeps, 'activity' | 'log'>,
  label: string,
  work: () => Promise<unknown>,
): void {
  const key = `${label}/${crypto.randomUUID()}`
  const done = deps.activity.begin(key)
  void deps.activity
    .within(key, work)
    .catch((cause: unknown) => deps.log.error({ label, cause }, 'work in the background failed'))
    .finally(done)
}
