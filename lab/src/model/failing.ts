import type { Home } from './home.ts'
import type { Part } from './scenario.ts'

export function fail(home: Home, part: Part): void {
  if (part === 'hub') home.company.hub(false)
  else home[part].stop()
}

export function comeBack(home: Home, part: Part): void {
  if (part === 'hub') home.company.hub(true)
  else home[part].start()
}

/** Whether that part works now. */
export function isUp(home: Home, part: Part): boolean {
  if (part === 'hub') return home.company.isHubUp()
  if (part === 'station' || part === 'llcs') return home[part].life.alive
  return home[part].isUp()
}
