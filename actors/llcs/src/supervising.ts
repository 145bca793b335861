import { instant, type Instant } from '@interlock/kernel'
import { heldArms, marked, type Memory } from './core/memory.ts'
import { ready, unheard, unmeasured, watch, type Act, type Watch } from './core/supervision.ts'
import type { Llcs } from './llcs.ts'
import { isRevoked } from './revocation.ts'

export type Sample = { readonly at: number; readonly hertz: number }

/** Watches the grid frequency at this home and arms the charger. */
export type Supervising = {
  /** Resolves when what follows from the sample has been done, at the charger too. */
  sample(sample: Sample): Promise<void>
  /** There is no sample, now; said again for as long as there is none. */
  unmeasured(at: Instant): Promise<void>
  readonly state: Watch['state']
  /** Lowest frequency sampled since the start; `undefined` before the first sample. */
  readonly lowestHertz: number | undefined
}

/** Reasons that the next sample may well remove. */
const passing: readonly string[] = [
  'Offline',
  'Unanswered',
  'FrequencyStale',
  'FrequencyDisagrees',
  'InsideDeadband',
]
/** Reasons that say that this arm is of no use any more; another may be. */
const spends: readonly string[] = [
  'ArmSpent',
  'ArmInvalid',
  'ArmOriginator',
  'ArmRevoked',
  'ArmWindow',
  'NotArmed',
]

export function createSupervising(llcs: Llcs): Supervising {
  const { config, deps, keeper, audit } = llcs
  const { deadbandHertz, dwellMillis, durationMillisMax, stepHertz } = config
  const rules = { deadbandHertz, dwellMillis, durationMillisMax, stepHertz }
  let current: Watch = resumed(llcs)
  let lowestHertz: number | undefined
  let turn: Promise<void> = Promise.resolve()

  const restore = async (digest: string, at: Instant, hertz?: number): Promise<void> => {
    const measured = hertz === undefined ? {} : { hertz }
    audit.critical('Restore', { arm: digest, ...measured })
    const over = current.state === 'ready' ? { response: null } : {}
    keeper.commit({ ...over, ...spent(digest) })
    // One that is not heard is told again when the charger comes back.
    await llcs.tellStation({ kind: 'restore', digest, at })
    llcs.publish({ kind: 'response', reason: 'Restored', data: measured })
  }

  const respond = async (act: Extract<Act, { act: 'respond' }>, before: Watch) => {
    const { arm, sample, until } = act
    const { digest } = arm
    const { at: measuredAt, hertz } = sample
    audit.critical('Respond', { arm: digest, hertz })
    const isFirst = before.state !== 'armed'
    if (isFirst) keeper.commit({ response: { digest, until } })
    const reason = await llcs.tellStation({ kind: 'respond', digest, hertz, measuredAt, until })
    if (reason === undefined) {
      llcs.publish({ kind: 'response', data: { hertz, arm: digest } })
      return
    }
    audit.record('NotResponding', { arm: digest, reason })
    // What runs, or may, keeps its arm and its end: its restore is still to come.
    if (!isFirst || reason === 'Unanswered') {
      if (passing.includes(reason))
        current = unheard(arm, until, isFirst ? undefined : before.announcedHertz)
      return
    }
    keeper.commit({ response: null, ...(spends.includes(reason) ? spent(digest) : {}) })
    const again = passing.includes(reason) || spends.includes(reason)
    current = again ? ready : { state: 'spent' }
  }

  const spent = (digest: string): Pick<Memory, 'arms'> => {
    const held = heldArms(keeper.memory, deps.clock.now(), deps.crypto)
    return { arms: marked(held, digest, { spent: true }) }
  }

  /**
   * Whoever cannot put what it does on the record, or keep it, gives the load back: nothing stays armed, and nothing is
   * armed again before the frequency has recovered.
   */
  const perform = async (act: Act, before: Watch, at: Instant, hertz?: number): Promise<void> => {
    try {
      await (act.act === 'restore' ? restore(act.arm.digest, at, hertz) : respond(act, before))
    } catch (error) {
      current = { state: 'spent' }
      // One that cannot be told ends the response by itself at its last instant.
      await llcs
        .tellStation({ kind: 'restore', digest: act.arm.digest, at })
        .catch((cause: unknown) => deps.log.error({ cause }, 'a charger was not told to restore'))
      throw error
    }
  }

  const take = async ({ at, hertz }: Sample): Promise<void> => {
    const sample = { at: instant(at), hertz }
    lowestHertz = Math.min(lowestHertz ?? hertz, hertz)
    const { dsrsp } = llcs.anchors
    const revoked = dsrsp !== undefined && isRevoked(keeper.memory, dsrsp)
    // A response that runs already ends as it would have.
    const held = revoked ? [] : heldArms(keeper.memory, deps.clock.now(), deps.crypto)
    const usable = held.filter(({ stored }) => stored.spent !== true).map(({ arm }) => arm)
    const before = current
    const result = watch(before, sample, usable, rules)
    current = result.watch
    for (const act of result.acts) await perform(act, before, sample.at, hertz)
  }

  const miss = async (at: Instant): Promise<void> => {
    const before = current
    const result = unmeasured(before, at, rules)
    current = result.watch
    for (const act of result.acts) await perform(act, before, at)
  }
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work)
    // Whoever gave the one that failed hears of it; the next is watched all the same.
    turn = done.catch(() => {})
    return done
  }

  return {
    sample: (sample) => inTurn(() => take(sample)),
    unmeasured: (at) => inTurn(() => miss(at)),
    get state() {
      return current.state
    },
    get lowestHertz() {
      return lowestHertz
    },
  }
}

/** After a loss of power the response that may run ends as it would have; one that has ended waits for recovery. */
function resumed({ keeper, deps }: Llcs): Watch {
  const { response } = keeper.memory
  if (response === null) return ready
  const held = heldArms(keeper.memory, deps.clock.now(), deps.crypto)
  const found = held.find(({ arm }) => arm.digest === response.digest)
  if (found === undefined) return ready
  return found.stored.spent === true ? { state: 'spent' } : unheard(found.arm, response.until)
}
