import type { Eui64 } from '@interlock/kernel'
import type { Arm } from './arms.ts'
import { limits } from './limits.ts'

type Held = { readonly arm: Pick<Arm, 'originator'> }

/**
 * What a device keeps of its arms, oldest first, when one more comes of that originator. The oldest of whoever
 * has most gives way: nobody's flood takes another's arm away, an owner's override least of all.
 */
export function makeRoom<Each extends Held>(
  held: readonly Each[],
  originator: Eui64,
): readonly Each[] {
  let kept = held
  while (kept.length >= limits.armsHeldMax) {
    const counts = new Map<Eui64, number>([[originator, 1]])
    for (const { arm } of kept) counts.set(arm.originator, (counts.get(arm.originator) ?? 0) + 1)
    const most = Math.max(...kept.map(({ arm }) => counts.get(arm.originator) ?? 0))
    const gone = kept.findIndex(({ arm }) => counts.get(arm.originator) === most)
    kept = kept.filter((_each, index) => index !== gone)
  }
  return kept
}

type Word = Pick<Arm, 'use' | 'originator' | 'evse' | 'counter'>

/**
 * Whether `later` takes the place of an arm: of a supplier only the last word about a load counts. That
 * of an owner or a DSRSP stands beside the others of theirs.
 */
export const isSuperseded = (arm: Word, later: Word): boolean =>
  arm.use === 'supplied' &&
  later.use === 'supplied' &&
  arm.originator === later.originator &&
  arm.evse === later.evse &&
  arm.counter < later.counter
