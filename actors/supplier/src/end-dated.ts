import type { Service } from '@interlock/duis'
import type { Eui64, Instant } from '@interlock/kernel'
import { timeAt } from './clocks.ts'
import type { Asking } from './critical-request.ts'
import type { Numbers } from './numbers.ts'
import { problemIn } from './problem-in.ts'
import { publishTo } from './publish.ts'

/** Whether the device takes what was dated from nobody any more; else why that cannot be said. */
export type DatedEnd = { readonly ended: boolean; readonly why?: string }

/**
 * A signed command outlives its cancellation: the date is the data company's word, and the company, or whoever else has
 * kept the command, could deliver it all the same. So the device is told the time (6.11), which changes nothing there, with a counter
 * above: then it refuses all below. That it has, it signs itself.
 */
export async function endDated(
  service: Service,
  device: Eui64,
  now: Instant,
  { publication, numbers }: { readonly publication: Asking; readonly numbers: Numbers },
): Promise<DatedEnd> {
  const counter = numbers.aboveDated(device, service, now)
  if (!counter.ok) return { ended: false, why: counter.reason }
  const told = await problemIn(publishTo(device, timeAt(now), counter.value, publication))
  // One that contradicts the time has used the counter up as well.
  return told.problem === undefined || told.problem === 'DeviceRefused'
    ? { ended: true }
    : { ended: false, why: told.problem }
}
