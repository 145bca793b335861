import { limits } from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'
import { fallbackAt } from '@interlock/power'
import { delaySeconds } from './devices.ts'
import {
  curvePoints,
  deadbandHertz,
  ratingWatts,
  type Signed,
  type SignedArm,
  type SignedTrigger,
} from './scenario.ts'

/**
 * What the parties themselves did, kept by the model and unknown to the devices. It decides on its own
 * what the load may be: it reads no verdict and no memory of the charger.
 */
export type Oracle = {
  submitted(arm: string): void
  /** The data company has the LLCS's signed answer to it. What was answered twice is a problem. */
  answered(arm: string): string | undefined
  /** The charger has it in its hands; whether it does anything is another matter. */
  triggered(name: string): void
  pressed(button: 'start' | 'stop', now: Instant): void
  sampled(at: 'llcs' | 'station', hertz: number, now: Instant): void
  /** The CSMS has the charger's signed word that it obeyed. What was said twice is a problem. */
  accepted(name: string, now: Instant): string | undefined
  /** What is wrong with this load now, after the one before. */
  load(watts: number, now: Instant): string | undefined
  fingerprint(now: Instant): string
  /** What the owner said last and still holds. */
  override(now: Instant): Override | undefined
}

export type Override = {
  readonly by: 'gesture' | 'arm'
  readonly watts: number
  readonly until: Instant
}
type Use = { changes: number; lastAt: number }
type Cause = {
  readonly kind: 'gesture' | 'owner' | 'supplier' | 'response'
  readonly digest?: string
  readonly watts: number
  readonly until: Instant
}

const delayMillis = 1_000 * delaySeconds
const baseWatts = (now: Instant): number => fallbackAt(now, ratingWatts)

export function createOracle(signed: Signed, startWatts: number, startAt: Instant): Oracle {
  const submitted = new Set<string>()
  const answered = new Set<string>()
  const triggered = new Set<string>()
  const accepted = new Map<string, number>()
  const uses = new Map<string, Use>()
  type Reading = { readonly hertz: number; readonly at: Instant }
  let own: Reading | undefined
  /** Each of them may be on the cable still. */
  let theirs: readonly Reading[] = []
  const isFresh = ({ at }: Reading, now: Instant): boolean =>
    now - at <= limits.frequencyAgeMillisMax
  let override: Override | undefined
  let cause: Cause | undefined
  let watts = startWatts

  const useOf = (digest: string): Use => uses.get(digest) ?? { changes: 0, lastAt: 0 }
  const isIssued = (arm: SignedArm): boolean => submitted.has(arm.name)
  const armOf = (trigger: SignedTrigger): SignedArm | undefined =>
    [...signed.arms.values()].find(({ digest }) => digest === trigger.digest)
  const inForce = (now: Instant): Override | undefined =>
    override !== undefined && now < override.until ? override : undefined

  /** Owners', suppliers' and providers' arms that met their trigger and explain this load. */
  const byArm = (asked: number, now: Instant): Cause | undefined => {
    for (const name of triggered) {
      const trigger = signed.triggers.get(name)
      const arm = trigger === undefined ? undefined : armOf(trigger)
      if (trigger === undefined || arm === undefined || !isIssued(arm)) continue
      // What a supplier's arm has moved comes back with a random delay; it is looked at only now and then.
      const seenUntil = arm.use === 'supplied' ? arm.until + delayMillis : arm.until
      if (now < arm.from || now >= seenUntil || useOf(arm.digest).changes > 0) continue
      const standing = inForce(now)?.by
      const byOwner = arm.use === 'onDemand'
      if (byOwner && (now >= arm.from + limits.armUnusedMillis || standing === 'gesture')) continue
      if (!byOwner && standing !== undefined) continue
      if (asked !== wattsOf(trigger, arm)) continue
      const kind = ({ onDemand: 'owner', supplied: 'supplier', response: 'response' } as const)[
        arm.use
      ]
      return { kind, digest: arm.digest, watts: asked, until: arm.until }
    }
    return undefined
  }
  /** The stored curve, a pre-authorised arm, and both readings. */
  const byResponse = (asked: number, now: Instant): Cause | undefined => {
    const curve = [...triggered].some((name) => signed.triggers.get(name)?.spec.action === 'curve')
    const measured = own
    if (!curve || measured === undefined || inForce(now) !== undefined) return undefined
    const isLow = ({ hertz }: Reading): boolean => hertz < 50 - deadbandHertz
    const agrees = ({ hertz }: Reading): boolean =>
      Math.abs(hertz - measured.hertz) <= limits.frequencyDisagreementHertzMax + 1e-9
    const isTold = theirs.some((each) => isFresh(each, now) && isLow(each) && agrees(each))
    if (!isTold || !isLow(measured) || !isFresh(measured, now)) return undefined
    const arm = [...signed.arms.values()].find(
      (each) =>
        each.use === 'response' &&
        isIssued(each) &&
        now >= each.from &&
        now < each.until &&
        asked === Math.min(curveWatts(measured.hertz), percentOf(each)) &&
        (useOf(each.digest).changes === 0 || follows(each.digest, asked)),
    )
    if (arm === undefined) return undefined
    return { kind: 'response', digest: arm.digest, watts: asked, until: arm.until }
  }

  /** A response that runs follows the frequency down, on the same use of its arm. */
  const follows = (digest: string, asked: number): boolean =>
    cause?.kind === 'response' && cause.digest === digest && asked < cause.watts

  const change = (next: Cause, now: Instant): void => {
    const isNew = next.digest !== cause?.digest
    cause = next
    if (isNew && next.digest !== undefined) uses.set(next.digest, { changes: 1, lastAt: now })
  }

  return {
    submitted: (arm) => submitted.add(arm),
    answered(arm) {
      const isNew = !answered.has(arm)
      answered.add(arm)
      return isNew ? undefined : `the LLCS took arm "${arm}" twice`
    },
    triggered: (name) => triggered.add(name),
    pressed(button, now) {
      const asked = button === 'start' ? ratingWatts : 0
      override = { by: 'gesture', watts: asked, until: instant(now + limits.overrideMillisMax) }
      cause = { kind: 'gesture', watts: asked, until: override.until }
      watts = asked
    },
    sampled(at, hertz, now) {
      const reading = { hertz, at: now }
      if (at === 'station') own = reading
      else theirs = [...theirs.filter((each) => isFresh(each, now)), reading]
    },
    accepted(name, now) {
      const times = (accepted.get(name) ?? 0) + 1
      accepted.set(name, times)
      if (times > 1) return `the charger obeyed trigger "${name}" twice`
      const trigger = signed.triggers.get(name)
      const arm = trigger === undefined ? undefined : armOf(trigger)
      if (trigger?.digest !== undefined && (arm === undefined || !isIssued(arm)))
        return `the charger obeyed trigger "${name}" before its arm was signed`
      if (arm?.use === 'onDemand' && trigger !== undefined) {
        if (inForce(now)?.by === 'gesture')
          return `trigger "${name}" was obeyed over the gesture at the charger`
        override = { by: 'arm', watts: wattsOf(trigger, arm), until: arm.until }
      }
      return undefined
    },
    load(next, now) {
      const before = watts
      watts = next
      const standing = inForce(now)
      const armed = next === before ? undefined : (byArm(next, now) ?? byResponse(next, now))
      // Its answer may be lost; that the load moved is the owner's word all the same.
      if (armed?.kind === 'owner') override = { by: 'arm', watts: next, until: armed.until }
      else if (standing !== undefined && next !== standing.watts)
        return `the owner's override of ${standing.watts} W (${standing.by}) is lost: ${next} W`
      if (next === before) return undefined
      if (armed !== undefined) {
        change(armed, now)
        return undefined
      }
      if (next !== baseWatts(now))
        return `the load went from ${before} W to ${next} W without trigger and arm`
      return returned(before, next, now)
    },
    override: inForce,
    fingerprint: (now) =>
      JSON.stringify([
        [...submitted].sort(),
        [...answered].sort(),
        [...triggered].sort(),
        sorted(accepted),
        sorted(uses),
        own !== undefined && isFresh(own, now) ? own : undefined,
        theirs.filter((each) => isFresh(each, now)),
        inForce(now),
        cause,
        watts,
      ]),
  }

  /** Back to what the schedule says: the end of what moved it, or an edge of the schedule itself. */
  function returned(before: number, next: number, now: Instant): string | undefined {
    const ended = cause
    cause = undefined
    if (ended === undefined)
      return before === baseWatts(startAt) || before === baseWatts(instant(now - 3_600_000))
        ? undefined
        : `the load came back from ${before} W to ${next} W and nothing had moved it`
    const { digest } = ended
    if (digest === undefined) return undefined
    const use = useOf(digest)
    if (use.changes !== 1) return `an arm moved the load ${use.changes + 1} times`
    if (now - use.lastAt < limits.armChangeSpacingMillis)
      return `an arm gave the load back ${now - use.lastAt} ms after it took it`
    uses.set(digest, { changes: 2, lastAt: now })
    return undefined
  }
}

const sorted = <Value>(map: ReadonlyMap<string, Value>): (readonly [string, Value])[] =>
  [...map].sort(([one], [other]) => (one < other ? -1 : 1))

function wattsOf({ spec }: SignedTrigger, arm: SignedArm): number {
  if (spec.action === 'dispatch') return Math.min(spec.watts, percentOf(arm))
  return spec.action === 'start' ? percentOf(arm) : 0
}
const percentOf = ({ levelPercent }: SignedArm): number =>
  Math.floor((levelPercent / 100) * ratingWatts)

/** The ceiling of the curve between its two points. */
function curveWatts(hertz: number): number {
  const [low, high] = curvePoints
  if (low === undefined || high === undefined) return ratingWatts
  const share = Math.min(1, Math.max(0, (hertz - low.hertz) / (high.hertz - low.hertz)))
  return Math.floor(((low.percent + share * (high.percent - low.percent)) / 100) * ratingWatts)
}
