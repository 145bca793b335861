import type { Running } from '@interlock/host'
import { inMinutes, type StationId, type Timer } from '@interlock/kernel'
import { inBackground } from '../background.ts'
import { endReservation, reservationsOf } from './reservations.ts'
import type { RoamingDesk } from './roaming.ts'

const roundMillis = inMinutes(1)
/** So many places that stations have given up wait for a round; of more their time tells. */
const goneMax = 10_000

export type ReservationWatch = Running & {
  /** The station has given up that place of its own accord, or its time is over (H04). */
  ended(station: StationId, number: number): void
}

/** Tells providers of places that are kept free for them no longer: once a minute, and when a station says so. */
export function watchReservations(
  desk: Pick<RoamingDesk, 'context' | 'peers' | 'objects' | 'us' | 'outbox'>,
  label: string,
): ReservationWatch {
  const { context, peers } = desk
  const { clock } = context.deps
  const nameOf = (station: StationId, number: number): string => `${station} ${number}`
  const gone = new Set<string>()
  let timer: Timer | undefined
  let closed = false
  let working: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined

  const round = async (): Promise<void> => {
    const given = new Set(gone)
    gone.clear()
    for (const party of peers.parties)
      for (const each of await reservationsOf(desk, party, clock.now()))
        if (given.has(nameOf(each.stationId, each.number))) await endReservation(desk, party, each)
  }
  /** One round after another; one that waits is for all who ask. */
  const ask = (): void =>
    inBackground(context.deps, 'reservations', () => {
      waiting ??= working.then(() => {
        waiting = undefined
        return closed ? undefined : round()
      })
      working = waiting.catch(() => undefined)
      return waiting
    })
  const run = (): void => {
    if (closed) return
    ask()
    timer = clock.after(roundMillis, label, run)
  }
  run()
  return {
    ended(station, number) {
      if (gone.size < goneMax) gone.add(nameOf(station, number))
      ask()
    },
    close() {
      closed = true
      timer?.cancel()
      return working
    },
  }
}
