import { limits, refusals, type Decision, type FlattenedJws } from '@interlock/contract'
import type { Accepted, gateMessage, Refused, Verdict } from '@interlock/gate'
import { millis, type Activity, type Clock, type Crypto } from '@interlock/kernel'
import { parseSigned } from '@interlock/seal'
import type { MemoryChange, StoredCounter } from './core/memory.ts'
import { gateState, heldArms, type Standing } from './gate-state.ts'
import type { Keeper } from './keeper.ts'
import type { Records } from './records.ts'

/** The gate as the station calls it; a lab may inject another, production code has no way to. */
export type Gate = typeof gateMessage

export type Judging = {
  /**
   * Puts a critical command through the gate. What the verdict uses up is durable when it resolves.
   * A trigger whose arm is still on its way waits for it.
   */
  judge(action: string, signed: FlattenedJws | undefined): Promise<Verdict>
  /** An arm has come in: whoever waits for it looks again. */
  armed(): void
  readonly waiting: number
}

export function createJudging(options: {
  readonly keeper: Keeper
  readonly records: Records
  readonly clock: Clock
  readonly activity: Activity
  readonly crypto: Crypto
  readonly standing: () => Standing
  readonly gate: Gate
  readonly onRefusal: (action: string, refused: Refused) => void
}): Judging {
  const { keeper, records, clock, activity, crypto } = options
  const waiters = new Set<() => void>()

  const verdictOn = (action: string, signed: FlattenedJws | undefined): Verdict => {
    const { memory } = keeper
    const now = clock.now()
    const state = gateState(memory, options.standing(), now)
    const message = signed === undefined ? { action } : { action, signed }
    return options.gate(message, { arms: heldArms(memory, crypto) }, state, now)
  }

  /** Resolves when an arm came, or when no arm comes any more. */
  const armOrTimeout = (remaining: number): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        waiters.delete(end)
        timer.cancel()
        resolve()
      }
      const timer = clock.after(millis(remaining), `arm-wait/${waiters.size}`, end)
      waiters.add(end)
    })

  const waitForArm = async (
    action: string,
    signed: FlattenedJws | undefined,
    first: Verdict,
  ): Promise<Verdict> => {
    const until = clock.now() + limits.armWaitMillisMax
    let verdict = first
    while (
      !verdict.ok &&
      verdict.reason === 'NotArmed' &&
      waiters.size < limits.triggersWaitingMax
    ) {
      const remaining = until - clock.now()
      if (remaining <= 0) break
      await activity.parked(() => armOrTimeout(remaining))
      verdict = verdictOn(action, signed)
    }
    return verdict
  }

  return {
    async judge(action, signed) {
      const first = verdictOn(action, signed)
      const waits = !first.ok && first.reason === 'NotArmed'
      const verdict = waits ? await waitForArm(action, signed, first) : first
      const { memory } = keeper
      records.before('Command', { action, ...aboutCommand(signed, action), verdict: word(verdict) })
      if (verdict.consume !== undefined) {
        keeper.commit({ set: used(verdict, memory, clock.now()) })
      }
      if (!verdict.ok) {
        records.decide({ action, ...originatorOf(signed, action), ...refusal(verdict) })
        options.onRefusal(action, verdict)
      }
      return verdict
    },
    armed() {
      for (const wake of [...waiters]) wake()
    },
    get waiting() {
      return waiters.size
    },
  }
}

const word = (verdict: Verdict): string => (verdict.ok ? 'accepted' : verdict.reason)

const refusal = (verdict: Refused): Pick<Decision, 'decision' | 'reason'> => ({
  decision: 'refused',
  reason: verdict.reason,
})

/** The counter, and the use of the arm, as they are after this verdict. */
function used(
  verdict: Verdict,
  memory: Keeper['memory'],
  now: ReturnType<Clock['now']>,
): NonNullable<MemoryChange['set']> {
  const { consume } = verdict
  if (consume === undefined) return {}
  const { organisation, path } = consume
  const others = memory.counters.filter(
    (each) => each.organisation !== organisation || each.path !== path,
  )
  const counter: StoredCounter = { organisation, path, counter: consume.counter.toString() }
  const use = verdict.ok ? verdict.armUse : undefined
  const changes = use === undefined ? 0 : (memory.armUses[use.digest]?.changes ?? 0) + 1
  return {
    counters: [...others, counter],
    ...(use === undefined
      ? {}
      : { armUses: { ...memory.armUses, [use.digest]: { changes, lastAt: now } } }),
  }
}

/** Who claims to have sent it; the claim is worth nothing before gate 1 has passed. */
const originatorOf = (
  signed: FlattenedJws | undefined,
  action: string,
): Pick<Decision, 'originator'> => {
  const command = signed === undefined ? undefined : parseSigned(signed, action)
  return command?.ok === true ? { originator: command.value.organisation } : {}
}

const aboutCommand = (
  signed: FlattenedJws | undefined,
  action: string,
): Readonly<Record<string, unknown>> => {
  const command = signed === undefined ? undefined : parseSigned(signed, action)
  if (command?.ok !== true) return { signed: signed !== undefined }
  const { organisation, role, counter, armDigest } = command.value
  return {
    originator: organisation,
    role,
    counter: counter.toString(),
    ...(armDigest === undefined ? {} : { arm: armDigest }),
  }
}

/** What an accepted command rests on, for its decision record. */
export const secondOf = (
  accepted: Accepted,
): Pick<Decision, 'second' | 'reference' | 'originator'> => ({
  originator: accepted.consume.organisation,
  second: accepted.second,
  reference: accepted.reference,
})

export const refusalWords = (refused: Refused): string => refusals[refused.reason].words
