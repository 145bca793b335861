import { instant } from '@interlock/kernel'
import { heldArms, marked } from './core/memory.ts'
import { ready, watch, type Act, type Watch } from './core/supervision.ts'
import type { Llcs } from './llcs.ts'
import { isRevoked } from './revocation.ts'

export type Sample = { readonly at: number; readonly hertz: number }

/** Watches the grid frequency at this home and arms the charger. */
export type Supervising = {
  /** Resolves when what follows from the sample has been done, at the charger too. */
  sample(sample: Sample): Promise<void>
  readonly state: Watch['state']
  /** Lowest frequency sampled since the start; `undefined` before the first sample. */
  readonly lowestHertz: number | undefined
}

/** Reasons that the next sample may well remove. */
const passing: readonly string[] = [
  'Offline',
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
  let current: Watch = ready
  let lowestHertz: number | undefined
  let turn: Promise<void> = Promise.resolve()

  const perform = async (act: Act, sample: Sample): Promise<void> => {
    const { digest } = act.arm
    if (act.act === 'restore') {
      audit.critical('Restore', { arm: digest, hertz: sample.hertz })
      spend(digest)
      await llcs.tellStation({ kind: 'restore', digest, at: sample.at })
      llcs.publish({ kind: 'response', reason: 'Restored', data: { hertz: sample.hertz } })
      return
    }
    audit.critical('Respond', { arm: digest, hertz: sample.hertz })
    const reason = await llcs.tellStation({
      kind: 'respond',
      digest,
      hertz: sample.hertz,
      measuredAt: sample.at,
      until: act.until,
    })
    if (reason === undefined) {
      llcs.publish({ kind: 'response', data: { hertz: sample.hertz, arm: digest } })
      return
    }
    audit.record('NotResponding', { arm: digest, reason })
    if (spends.includes(reason)) spend(digest)
    const again = passing.includes(reason) || spends.includes(reason)
    current = again ? ready : { state: 'spent' }
  }

  const spend = (digest: string): void => {
    const held = heldArms(keeper.memory, deps.clock.now(), deps.crypto)
    keeper.commit({ arms: marked(held, digest, { spent: true }) })
  }

  const take = async (sample: Sample): Promise<void> => {
    lowestHertz = Math.min(lowestHertz ?? sample.hertz, sample.hertz)
    const { dsrsp } = llcs.anchors
    const revoked = dsrsp !== undefined && isRevoked(keeper.memory, dsrsp)
    // A response that runs already ends as it would have.
    const held = revoked ? [] : heldArms(keeper.memory, deps.clock.now(), deps.crypto)
    const usable = held.filter(({ stored }) => stored.spent !== true).map(({ arm }) => arm)
    const before = current
    const result = watch(before, { at: instant(sample.at), hertz: sample.hertz }, usable, rules)
    current = result.watch
    for (const act of result.acts) await perform(act, sample)
  }

  return {
    sample(sample) {
      const taken = turn.then(() => take(sample))
      // Whoever gave the one that failed hears of it; the next is watched all the same.
      turn = taken.catch(() => {})
      return taken
    },
    get state() {
      return current.state
    },
    get lowestHertz() {
      return lowestHertz
    },
  }
}
