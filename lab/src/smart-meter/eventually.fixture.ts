import { setTimeout as pause } from 'node:timers/promises'

/** Waits until something that happens over a socket has happened; the limit is the test's. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(5)
}
