import { limits, tableAction, type Decision, type FlattenedJws } from '@interlock/contract'
import type { Accepted, Evidence, GateState, Verdict } from '@interlock/gate'
import {
  between,
  millis,
  plus,
  type Activity,
  type Clock,
  type Crypto,
  type Eui64,
  type Instant,
} from '@interlock/kernel'
import { parseSigned } from '@interlock/seal'
import { withUse } from './core/arm-uses.ts'
import type { MemoryChange, StoredCounter } from './core/memory.ts'
import { gateState, heldArms, type Standing } from './gate-state.ts'
import type { Keeper } from './keeper.ts'
import type { Records } from './records.ts'

/** A critical command as it came over OCPP. */
export type Message = {
  readonly action: string
  readonly payload: unknown
  readonly signed?: FlattenedJws
}
/** The gate as the station calls it; a lab may inject another, production code has no way to. */
export type Gate = (message: Message, evidence: Evidence, state: GateState, now: Instant) => Verdict

export type Judging = {
  /**
   * Puts a critical command through the gate. What the verdict uses up is durable when it resolves.
   * A trigger whose arm is still on its way waits for it.
   */
  judge(message: Message): Promise<Verdict>
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
  /** A final verdict; `waited`: its trigger had to wait for an arm first. */
  readonly onVerdict: (action: string, verdict: Verdict, waited: boolean) => void
  /** A trigger begins to wait for its arm. */
  readonly onWaiting: () => void
}): Judging {
  const { keeper, records, clock, activity, crypto } = options
  const waiters = new Set<() => void>()

  /** Verdict and its consumption are one step: two commands cannot use one arm or counter. */
  const judgeNow = (message: Message, mayWait: boolean, waited: boolean): Verdict => {
    const { memory } = keeper
    const now = clock.now()
    const state = gateState(memory, options.standing(), now)
    const verdict = options.gate(message, { arms: heldArms(memory, crypto) }, state, now)
    if (mayWait && !verdict.ok && verdict.reason === 'NotArmed') return verdict
    const action = tableAction(message.action, message.payload)
    const about = aboutCommand(message)
    records.before('Command', { action, ...about, verdict: verdict.ok ? 'ok' : verdict.reason })
    if (verdict.consume !== undefined) keeper.commit({ set: used(verdict, memory, now) })
    if (!verdict.ok) {
      const originator = about.originator === undefined ? {} : { originator: about.originator }
      records.decide({ action, ...originator, decision: 'refused', reason: verdict.reason })
    }
    options.onVerdict(action, verdict, waited)
    return verdict
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
      options.onWaiting()
    })

  return {
    async judge(message) {
      const until = plus(clock.now(), millis(limits.armWaitMillisMax))
      for (let waited = false; ; waited = true) {
        const remaining = between(clock.now(), until)
        const mayWait = remaining > 0 && waiters.size < limits.triggersWaitingMax
        const verdict = judgeNow(message, mayWait, waited)
        if (!mayWait || verdict.ok || verdict.reason !== 'NotArmed') return verdict
        await activity.parked(() => armOrTimeout(remaining))
      }
    },
    armed() {
      for (const wake of Array.from(waiters)) wake()
    },
    get waiting() {
      return waiters.size
    },
  }
}

/** The counter, and the use of the arm, as they are after this verdict. */
function used(
  verdict: Verdict,
  memory: Keeper['memory'],
  now: Instant,
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
      : { armUses: withUse(memory.armUses, use.digest, { changes, lastAt: now }) }),
  }
}

type About = { readonly originator?: Eui64; readonly [name: string]: unknown }

/** Who claims to have sent what; the claim is worth nothing before gate 1 has passed. */
function aboutCommand({ action, signed }: Message): About {
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
