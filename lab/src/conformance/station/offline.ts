import type { StationScene } from './case.ts'

/** Seconds of world time in which a station tries again that has just lost its connection. */
const retrySeconds = 2

/** The connection is cut and no other is let in; the station has noticed. */
export async function goesOffline(
  { csms, steps, passes }: StationScene,
  stepSeconds = retrySeconds,
): Promise<void> {
  const attempts = csms.upgrades.length
  csms.admits(503)
  csms.drops()
  await steps.eventually('it tries to come back', true, async () => {
    await passes(stepSeconds)
    return csms.upgrades.length > attempts
  })
}

/** It is let in again, and comes. */
export async function comesBack(
  { csms, steps, passes }: StationScene,
  stepSeconds = retrySeconds,
): Promise<void> {
  const before = csms.connections
  csms.admits(undefined)
  await steps.eventually('it comes back', true, async () => {
    await passes(stepSeconds)
    return csms.connections > before
  })
}
