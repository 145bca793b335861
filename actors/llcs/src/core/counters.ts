import { refused, ok, type Eui64, type Outcome } from '@interlock/kernel'

/**
 * The highest counter executed, per originator (GBCS protection against replay). A counter is good
 * once and only upwards; the caller makes the new set durable before it acts. Replacing a key sets a
 * floor, so that what the old key signed dies with it.
 */
export type CounterSet = Readonly<Record<Eui64, string>>

export const lastCounter = (counters: CounterSet, originator: Eui64): bigint =>
  BigInt(counters[originator] ?? '0')

export function advanceCounter(
  counters: CounterSet,
  originator: Eui64,
  counter: bigint,
): Outcome<CounterSet, 'Replayed'> {
  const last = lastCounter(counters, originator)
  if (counter <= last) return refused('Replayed', `counter ${counter}, last ${last}`)
  return ok({ ...counters, [originator]: counter.toString() })
}

/** A floor never lowers what has been executed. */
export function floorCounter(counters: CounterSet, originator: Eui64, floor: bigint): CounterSet {
  const last = lastCounter(counters, originator)
  return { ...counters, [originator]: (floor > last ? floor : last).toString() }
}
