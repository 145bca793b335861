import { rmSync } from 'node:fs'
import { silentLog, temporaryDir } from '@interlock/host'
import { afterAll } from 'vitest'
import { dayWithGuests } from './guests.ts'
import { runOnce, type OnceReport } from './once.ts'

const dirs: string[] = []
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})

/** A whole day of a small street, over real sockets, on a database of its own. */
export async function oneDay(
  seed: number,
  stations: number,
  controls: 'on' | 'off',
): Promise<OnceReport & { readonly dir: string }> {
  const dir = temporaryDir('interlock-once')
  dirs.push(dir)
  const report = await runOnce({
    dir,
    seed,
    day: dayWithGuests(seed, stations),
    speed: 'stepped',
    controls,
    ports: { console: 0, arm: 0 },
    log: silentLog,
    say: () => {},
  })
  return { ...report, dir }
}
