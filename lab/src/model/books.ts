import { armOf } from '@interlock/gbcs'
import { fromBase64, type Instant } from '@interlock/kernel'
import type { Memory as LlcsMemory } from '@interlock/llcs'
import type { Memory as StationMemory } from '@interlock/station'
import { crypto } from './devices.ts'
import type { Home } from './home.ts'

/** The counter that went back, if one did. */
export function counterProblem(
  before: ReadonlyMap<string, bigint>,
  after: ReadonlyMap<string, bigint>,
): string | undefined {
  for (const [key, counter] of before)
    if ((after.get(key) ?? -1n) < counter)
      return `the counter of ${key} went from ${counter} to ${after.get(key) ?? 'nothing'}`
  return undefined
}

/** An arm that is kept while its counter is not: after a death it would be taken once more. */
export function uncounted({ arms, counters }: LlcsMemory): string | undefined {
  for (const { bytes } of arms) {
    const arm = armOf(fromBase64(bytes) ?? new Uint8Array(), crypto)
    if (arm.ok && BigInt(counters[arm.value.originator] ?? '-1') < arm.value.counter)
      return `the LLCS keeps arm ${arm.value.counter} of ${arm.value.originator} and not its counter`
  }
  return undefined
}

/** Every counter that the devices keep, by whose it is. */
export function countersOf(station: StationMemory, llcs: LlcsMemory): ReadonlyMap<string, bigint> {
  const kept = station.counters.map(
    ({ organisation, path, counter }) =>
      [`station ${organisation} ${path}`, BigInt(counter)] as const,
  )
  const seen = Object.entries(llcs.counters).map(
    ([originator, counter]) => [`llcs ${originator}`, BigInt(counter)] as const,
  )
  return new Map([...kept, ...seen])
}

/**
 * What the future depends on: what the devices keep, what they wait for, what is under way. Left out,
 * since nothing of the protocol looks at it: meter registers, reports to the CSMS and their answers,
 * heartbeats and nonces.
 */
export function fingerprintOf(home: Home, startAt: Instant, transactionId: string): string {
  const { clock, station, llcs, company, csms, link, post } = home
  const memory = station.memory()
  const { meter, vehicle: _, ...charger } = memory.charger
  const kept = llcs.memory()
  const [own, other] = company.books.ledgers
  return JSON.stringify([
    clock.now() - startAt,
    station.life.alive,
    llcs.life.alive,
    company.isUp(),
    company.isHubUp(),
    csms.isUp(),
    csms.connected(),
    link.connected(),
    [charger, meter.powerWatts],
    memory.counters,
    memory.arms,
    memory.armUses,
    memory.profiles,
    memory.curve,
    // The one that was going on at the start, another, or none: its id is drawn anew each time.
    memory.transaction && memory.transaction.id === transactionId,
    station.running?.observe().waitingForArm,
    kept.counters,
    kept.arms,
    kept.response,
    kept.alerts.length,
    kept.alertCounter,
    llcs.running?.supervision(),
    llcs.running?.connected(),
    [...company.books.counters].map(([key, counter]) => [key, counter.toString()]),
    [own, other].map(({ reservations }) => [...reservations.keys()].sort()),
    post.waiting(),
    clock.due(),
  ])
}
