import {
  armTriggers,
  limits,
  type Arm,
  type RefusalReason,
  type SignedCommand,
} from '@interlock/contract'
import { ok, refused, type Instant, type Outcome, type Refusal } from '@interlock/kernel'
import { verifyArm } from './arm.ts'
import type { Permitted } from './permitted.ts'
import type { Second } from './seconded.ts'
import type { Setting } from './setting.ts'
import { evseOf, type ArmUses, type Evidence, type GateState, type HeldArm } from './state.ts'

type Problem = Refusal<RefusalReason> | undefined

/** Gate 3 (b): the arm that the command names, forwarded by the LLCS and verified here again. */
export function armed(
  command: SignedCommand,
  { row, setting }: Permitted,
  digest: string,
  evidence: Evidence,
  state: GateState,
  now: Instant,
): Outcome<Second, RefusalReason> {
  const found = findArm(digest, evidence.arms, state)
  if (!found.ok) return found
  const arm = found.value
  const uses = state.armUses(digest)
  const problem =
    trigger(arm, command) ??
    armTarget(arm, state, command.target.evse) ??
    (row.arms?.includes(arm.use) === true ? undefined : refused('ArmUse', arm.use)) ??
    (arm.direction === 'import' ? undefined : refused('ArmDirection', arm.direction)) ??
    inWindow(arm, setting, uses, now) ??
    returnsAtOnce(setting, uses, now) ??
    level(arm, setting, uses, state) ??
    spacing(uses, now)
  if (problem !== undefined) return problem
  const kind = uses.changes === 0 ? 'change' : 'return'
  return ok({ by: 'armed', reference: digest, arm, use: { digest, kind } })
}

/** What the LLCS forwarded under this digest, verified again from its bytes. */
export function findArm(
  digest: string,
  arms: readonly HeldArm[],
  { cells, crypto }: GateState,
): Outcome<Arm, RefusalReason> {
  const held = arms.find((each) => each.arm.digest === digest)
  if (held === undefined) return refused('NotArmed', digest)
  const arm = verifyArm(held.bytes, cells, crypto)
  if (arm.ok && arm.value.digest !== digest) return refused('ArmInvalid', 'another digest')
  return arm
}

/**
 * A consumer's arm is triggered by the bound CSMS (gate 2), a DSRSP's by that very DSRSP. A supplier's is
 * the bound CSMS's as well, unless the two are one organisation: then nobody else has agreed.
 */
function trigger(arm: Arm, { role, organisation }: SignedCommand): Problem {
  const own = arm.originator === organisation
  const fits = { onDemand: true, response: own, supplied: !own }[arm.use]
  return armTriggers[arm.use] === role && fits
    ? undefined
    : refused('ArmOriginator', arm.originator)
}

/** The paired LLCS, and the EVSE behind it. */
export const armTarget = (arm: Arm, state: GateState, evse: number): Problem =>
  arm.target === state.station.llcs && arm.evse === evse
    ? undefined
    : refused('ArmTarget', `${arm.target} ${arm.evse}`)

/** Now, and for a profile its whole course, lies in the arm's window. */
function inWindow(arm: Arm, setting: Setting, uses: ArmUses, now: Instant): Problem {
  const open = now >= arm.from && now < arm.until && !isUnusedTooLong(arm, uses, now)
  const within =
    setting.kind !== 'profile' || (setting.from >= arm.from && setting.until <= arm.until)
  return open && within ? undefined : refused('ArmWindow')
}

/**
 * A dispatch that follows the change takes its place. Were it to begin later, the load would come back
 * in between, and the arm would have moved it four times.
 */
const returnsAtOnce = (setting: Setting, uses: ArmUses, now: Instant): Problem =>
  uses.changes === 1 && setting.kind === 'profile' && setting.from > now
    ? refused('ArmWindow', 'a return begins at once')
    : undefined

/**
 * An on-demand arm that moved nothing for 60 s is dead: both ledgers have taken its budget back, and
 * a load moved under it would be charged to nobody.
 */
const isUnusedTooLong = (arm: Arm, uses: ArmUses, now: Instant): boolean =>
  arm.use === 'onDemand' && uses.changes === 0 && now >= arm.from + limits.armUnusedMillis

/**
 * The level is a ceiling from zero. A level of zero asks to stop; any other to charge, and then a
 * stop can only be the return.
 */
function level(arm: Arm, setting: Setting, uses: ArmUses, state: GateState): Problem {
  if (setting.kind === 'start') {
    if (arm.levelPercent === 0) return refused('ArmLevel', 'the arm asks to stop')
    return uses.changes === 0 ? undefined : refused('ArmSpent')
  }
  if (setting.kind === 'stop') {
    if (arm.levelPercent === 0) return uses.changes === 0 ? undefined : refused('ArmSpent')
    return uses.changes > 0 ? undefined : refused('ArmUse', 'the arm asks to charge')
  }
  if (setting.kind !== 'profile') return undefined
  const rating = evseOf(state, setting.evse)?.ratingWatts ?? 0
  const ceiling = (arm.levelPercent / 100) * rating
  const highest = Math.max(...setting.periods.map((period) => period.limitWatts))
  return highest <= ceiling ? undefined : refused('ArmLevel', `${highest} W above ${ceiling} W`)
}

/**
 * One change and one return for each arm, a minute apart. A change that ends by itself has returned:
 * the station counts that too.
 */
export function spacing(uses: ArmUses, now: Instant): Problem {
  if (uses.changes >= 2) return refused('ArmSpent')
  return uses.changes === 1 && now < returnFrom(uses) ? refused('ArmTooSoon') : undefined
}

/** The earliest instant at which the load may move back under an arm that has moved it. */
export const returnFrom = (uses: ArmUses): number =>
  (uses.lastAt ?? 0) + limits.armChangeSpacingMillis
