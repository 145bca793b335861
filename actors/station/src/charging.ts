import type { Decision } from '@interlock/contract'
import { between, millis, type Clock, type Entropy, type Timer } from '@interlock/kernel'
import { returned, returning } from './core/arm-uses.ts'
import { chargingState, type Charger, type Ratings, type Wanted } from './core/charger.ts'
import type { MemoryChange, TransactionEvent } from './core/memory.ts'
import { installed } from './core/profiles.ts'
import { step, type Step } from './core/step.ts'
import { nextEvent, type EventType, type StoppedReason, type Trigger } from './core/transaction.ts'
import { delaySecondsMax } from './gate-state.ts'
import type { Keeper } from './keeper.ts'
import type { Records } from './records.ts'

/** What happened, for the transaction event that reports it. */
export type Occurrence = {
  readonly trigger: Trigger
  readonly eventType?: EventType
  readonly stoppedReason?: StoppedReason
}

/** The loop that keeps the charger as everything standing wants it: read, compute, act, report. */
export type Charging = {
  /**
   * Applies `change` together with what follows from it, all or nothing durable, and reports it.
   * `occurrence` forces a transaction event; otherwise one is sent when something visible changed.
   */
  update(change?: MemoryChange['set'], occurrence?: Occurrence): void
  readonly wanted: Wanted
  readonly second: Decision['second']
  onChange(listener: () => void): () => void
  close(): void
}

export function createCharging(options: {
  readonly keeper: Keeper
  readonly records: Records
  readonly clock: Clock
  readonly entropy: Entropy
  readonly evse: number
  readonly ratings: Ratings
  readonly delaySecondsMax: number
  readonly frequencyHertz: () => number | undefined
  readonly online: () => boolean
  /** The change under an arm has ended by itself, and that is durable. */
  readonly onReturn: (digest: string) => void
}): Charging {
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
    timer = clock.after(wait, 'charging', () => update())
  }

  const eventsOf = (
    before: Charger,
    after: Charger,
    change: MemoryChange['set'],
    occurrence: Occurrence | undefined,
  ): Pick<MemoryChange, 'set' | 'queue'> => {
    const given = change?.transaction
    const transaction =
      given === null ? keeper.memory.transaction : (given ?? keeper.memory.transaction)
    const seen = occurrence ?? visible(before, after)
    if (transaction === undefined || seen === undefined) return {}
    const frequencyHertz = options.frequencyHertz()
    const next = nextEvent(transaction, after, {
      eventType: seen.eventType ?? 'Updated',
      trigger: seen.trigger,
      ...(seen.stoppedReason === undefined ? {} : { stoppedReason: seen.stoppedReason }),
      evse,
      now: clock.now(),
      offline: !options.online(),
      ...(frequencyHertz === undefined ? {} : { frequencyHertz }),
    })
    const queue: readonly TransactionEvent[] = [next.event]
    return { set: { transaction: given === null ? null : next.transaction }, queue }
  }

  const update: Charging['update'] = (change, occurrence) => {
    const now = clock.now()
    const before = keeper.memory.charger
    const asked = change?.charger ?? before
    const profiles = change?.profiles ?? keeper.memory.profiles
    const longest = delaySecondsMax(keeper.memory, options.delaySecondsMax)
    const result = step(asked, installed(profiles), ratings, now, () => entropy.below(longest + 1))
    const moved = !same(before, result.charger)
    const uses = change?.armUses ?? keeper.memory.armUses
    const returns = returning([before, asked], result.charger, uses)
    const events = eventsOf(before, result.charger, change, occurrence)
    if (change !== undefined || moved || events.queue !== undefined) {
      // With the return in the same entry, no crash gives an arm a third swing.
      const armUses = returns.length === 0 ? {} : { armUses: returned(uses, returns, now) }
      const set = { ...change, ...events.set, charger: result.charger, ...armUses }
      keeper.commit({ ...events, set })
    }
    wanted = result.wanted
    for (const note of result.notes) record(note)
    for (const arm of returns) options.onReturn(arm)
    wake(result.nextAt)
    for (const listener of listeners) listener()
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

/** A change that a CSMS is told of although nobody asked for it. */
function visible(before: Charger, after: Charger): Occurrence | undefined {
  if (chargingState(before) !== chargingState(after)) return { trigger: 'ChargingStateChanged' }
  return before.meter.powerWatts === after.meter.powerWatts
    ? undefined
    : { trigger: 'ChargingRateChanged' }
}

/** Alike but for the passing of time. */
const same = (left: Charger, right: Charger): boolean =>
  JSON.stringify(timeless(left)) === JSON.stringify(timeless(right))

const timeless = ({ meter, vehicle, ...rest }: Charger): object => ({
  ...rest,
  power: meter.powerWatts,
  vehicle: vehicle && [vehicle.vehicleWattsMax, vehicle.drawsWatts, vehicle.wantsWattMillis === 0],
})
