import type { Decision } from '@interlock/contract'
import {
  between,
  inSeconds,
  millis,
  plus,
  type Clock,
  type Entropy,
  type Instant,
  type Timer,
} from '@interlock/kernel'
import { returned, returning } from './core/arm-uses.ts'
import type { Charger, Plan, Ratings, Wanted } from './core/charger.ts'
import type { Memory, MemoryChange } from './core/memory.ts'
import type { MeterValue } from './core/meter-values.ts'
import { step, type Step } from './core/step.ts'
import {
  eventOf,
  transact,
  type Draft,
  type Occurrence,
  type Transacted,
  type Transaction,
  type TxRules,
} from './core/transaction.ts'
import { delaySecondsMax, fallbackWatts } from './gate-state.ts'
import type { Keeper } from './keeper.ts'
import type { Measuring } from './measuring.ts'
import type { Records } from './records.ts'

/** After which a turn that failed is made again. */
const retryMillis = inSeconds(10)

/** The loop that keeps the charger as everything standing wants it: read, compute, act, report. */
export type Charging = {
  /**
   * Applies `change` together with what follows from it, all or nothing durable, and reports it.
   * `occurrence` is what happened; the transaction events that follow are queued in the same entry.
   */
  update(change?: MemoryChange['set'], occurrence?: Occurrence): void
  readonly wanted: Wanted
  readonly second: Decision['second']
  onChange(listener: () => void): () => void
  close(): void
}

type Queued = ReturnType<typeof eventOf>

export type ChargingOptions = {
  readonly keeper: Keeper
  readonly records: Records
  readonly clock: Clock
  readonly entropy: Entropy
  readonly evse: number
  readonly ratings: Ratings
  readonly delaySecondsMax: number
  readonly online: () => boolean
  readonly rules: () => TxRules
  /** The limits to follow, out of what is held. */
  readonly plan: (memory: Memory, now: Instant) => Plan
  /** The meter, for one turn. */
  readonly measure: () => Measuring
  readonly valuesOf: (
    draft: Draft,
    charger: Charger,
    measuring: Measuring,
    now: Instant,
  ) => readonly MeterValue[]
  /** What a transaction that has begun, and one that has ended, changes besides itself. */
  readonly onBegun: (memory: Memory, transaction: Transaction) => MemoryChange['set']
  readonly onEnded: (memory: Memory, charger: Charger) => MemoryChange['set']
  /** These events are queued, and that is durable. */
  readonly onQueued: (events: readonly Queued[]) => void
  /** The change under an arm has ended by itself, and that is durable. */
  readonly onReturn: (digest: string) => void
}

export function createCharging(options: ChargingOptions): Charging {
  const { keeper, records, clock, entropy, evse, ratings } = options
  const listeners = new Set<() => void>()
  let timer: Timer | undefined
  let closed = false
  let wanted: Wanted = { watts: 0, why: 'NoVehicle' }

  const wake = (nextAt: Step['nextAt']): void => {
    timer?.cancel()
    timer = undefined
    if (nextAt === undefined || closed) return
    const wait = millis(Math.max(0, between(clock.now(), nextAt)))
    timer = clock.after(wait, 'charging', () => {
      try {
        update()
      } catch (error) {
        // What ends on a full disk, as an arm does, is due until it is kept.
        wake(plus(clock.now(), retryMillis))
        throw error
      }
    })
  }

  const newTransaction = (): Transaction => ({
    id: crypto.randomUUID(),
    seqNo: 0,
    startedAt: clock.now(),
  })

  const eventsOf = ({ drafts }: Transacted, charger: Charger, measuring: Measuring, now: Instant) =>
    drafts.map((draft) =>
      eventOf(draft, {
        evse,
        now,
        offline: !options.online(),
        meterValues: options.valuesOf(draft, charger, measuring, now),
      }),
    )

  /** What the transaction's begin or end brings with it. */
  const consequences = (
    told: Transacted,
    memory: Memory,
    charger: Charger,
  ): MemoryChange['set'] => {
    const begun = told.drafts.some(({ eventType }) => eventType === 'Started')
    const ended = told.drafts.some(({ eventType }) => eventType === 'Ended')
    if (ended) return options.onEnded(memory, charger)
    return begun && told.transaction !== undefined
      ? options.onBegun(memory, told.transaction)
      : undefined
  }

  const update: Charging['update'] = (change, occurrence) => {
    const now = clock.now()
    const before = keeper.memory.charger
    const asked = change?.charger ?? before
    const memory = { ...keeper.memory, ...withoutNull(change) }
    const longest = delaySecondsMax(memory, options.delaySecondsMax)
    const draw = () => entropy.below(longest + 1)
    const allowed = { ...ratings, fallbackWatts: fallbackWatts(memory, ratings) }
    const result = step(asked, options.plan(memory, now), allowed, now, draw)
    const stages = { before, asked, after: result.charger }
    const told = transact(memory.transaction, stages, occurrence, options.rules(), newTransaction)
    const measuring = options.measure()
    const queue = eventsOf(told, result.charger, measuring, now)
    const charger = told.announced ? announced(result.charger) : result.charger
    const uses = change?.armUses ?? keeper.memory.armUses
    const returns = returning([before, asked], charger, uses)
    const further = consequences(told, memory, charger)
    if (change !== undefined || !same(before, charger) || queue.length > 0) {
      // With the return in the same entry, no crash gives an arm a third swing.
      const armUses = returns.length === 0 ? {} : { armUses: returned(uses, returns, now) }
      const transaction = queue.length === 0 ? {} : { transaction: told.transaction ?? null }
      const set = {
        ...change,
        ...transaction,
        ...measuring.change(),
        charger,
        ...armUses,
        ...further,
      }
      keeper.commit({ queue, set })
      options.onQueued(queue)
    }
    wanted = result.wanted
    for (const note of result.notes) record(note)
    for (const arm of returns) options.onReturn(arm)
    wake(result.nextAt)
    for (const listener of listeners) listener()
    // What begin or end has changed bears on power.
    if (further !== undefined) update()
  }

  const record = (note: Step['notes'][number]): void => {
    records.decide({ action: 'SetPoint', ...note })
  }

  return {
    update,
    get wanted() {
      return wanted
    },
    get second() {
      return secondOf(wanted)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closed = true
      timer?.cancel()
    },
  }
}

const secondOf = (wanted: Wanted): Decision['second'] => {
  if (wanted.why === 'Response') return 'response'
  if (wanted.exempt === 'GestureAtCharger') return 'gesture'
  return wanted.why === 'Schedule' ? 'countersigned' : 'armed'
}

const withoutNull = (change: MemoryChange['set']): Partial<Memory> =>
  Object.fromEntries(Object.entries(change ?? {}).filter(([, value]) => value !== null))

const announced = (charger: Charger): Charger =>
  charger.holder === undefined || charger.holder.announced === true
    ? charger
    : { ...charger, holder: { ...charger.holder, announced: true } }

/** Alike but for the passing of time. */
const same = (left: Charger, right: Charger): boolean =>
  JSON.stringify(timeless(left)) === JSON.stringify(timeless(right))

const timeless = ({ meter, vehicle, ...rest }: Charger): object => ({
  ...rest,
  power: meter.powerWatts,
  vehicle: vehicle && [vehicle.vehicleWattsMax, vehicle.drawsWatts, vehicle.wantsWattMillis === 0],
})
