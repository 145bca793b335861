import { instant, type Instant } from '@interlock/kernel'
import { limits } from './limits.ts'

const { executionLateMillisMax, futureDatedMillisMax, clockSkewMillisMax } = limits

/** The first and last date of execution that a device takes: as the data company has it, whose clock may be off. */
export const deviceExecutions = (
  now: Instant,
): { readonly earliest: Instant; readonly latest: Instant } => ({
  earliest: instant(now - executionLateMillisMax - clockSkewMillisMax),
  latest: instant(now + futureDatedMillisMax + clockSkewMillisMax),
})
