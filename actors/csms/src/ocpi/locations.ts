import { inMinutes, type StationId, type Timer } from '@interlock/kernel'
import type { Running } from '@interlock/host'
import type { Location } from '@interlock/ocpi'
import { inBackground } from '../background.ts'
import { capabilitiesOf, evseStatusOf, locationOf, type PointState } from './objects.ts'
import type { ChargingPoint } from './ocpi-config.ts'
import type { RoamingDesk } from './roaming.ts'

/** The places, each of their charging points as of when what is said of it last changed. */
export function locationsOf({
  context,
  places,
  us,
  tariff,
}: Pick<RoamingDesk, 'context' | 'places' | 'us' | 'tariff'>): () => readonly Location[] {
  const { views, deps } = context
  const begun = deps.clock.now()
  const known = new Map<string, PointState>()
  const stateOf = ({ evseId, stationId }: ChargingPoint): PointState => {
    const view = views.get(stationId as StationId)
    const status = evseStatusOf(view?.status ?? 'Unknown')
    const capabilities = capabilitiesOf(view?.record.trust)
    const key = `${stationId} ${evseId}`
    const before = known.get(key)
    const isSame = before?.status === status && before.capabilities.join() === capabilities.join()
    const now = isSame ? before : { status, capabilities, at: deps.clock.now() }
    known.set(key, now)
    return now
  }
  return () => places.map((place) => locationOf(place, us, tariff, begun, stateOf))
}

/** Whoever has registered since is told of everything by then. */
const roundMillis = inMinutes(1)

export type PlacesTeller = Running & {
  /** Something may have changed: whoever has not been told is. */
  tell(): Promise<void>
}

/**
 * Tells providers of public places and of the tariff when they change (§8.2.2, §11.2.2), each as a whole, so that the
 * newest state alone waits for a provider that is away.
 */
export function tellPlaces(options: {
  readonly desk: Pick<RoamingDesk, 'context' | 'tariff' | 'peers' | 'registration' | 'outbox'>
  readonly locations: () => readonly Location[]
  readonly label: string
}): PlacesTeller {
  const { desk, locations, label } = options
  const { context, tariff, peers, registration, outbox } = desk
  /** By party, module and id: the state that it was told of last. */
  const told = new Map<string, string>()
  let timer: Timer | undefined
  let closed = false
  let last: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined

  const push = async (
    party: string,
    module: 'locations' | 'tariffs',
    object: Pick<Location, 'id' | 'last_updated' | 'evses'>,
  ): Promise<void> => {
    const name = `${party} ${module} ${object.id}`
    // Two changes may fall into one millisecond.
    const statuses = (object.evses ?? []).map(({ status }) => status).join()
    const state = `${object.last_updated} ${statuses}`
    if (told.get(name) === state) return
    if (!registration.reach(party, module, 'RECEIVER').ok) return
    await outbox.pushState(party, module, object.id, object)
    told.set(name, state)
  }
  const round = async (): Promise<void> => {
    const open = locations().filter(({ publish }) => publish)
    for (const { name: party } of peers.parties) {
      await push(party, 'tariffs', tariff)
      for (const each of open) await push(party, 'locations', each)
    }
  }
  /** One round after another, so that no state overtakes a newer one; a round that waits is for all who ask. */
  const tell = (): Promise<void> => {
    waiting ??= last.then(() => {
      waiting = undefined
      return round()
    })
    last = waiting.catch(() => undefined)
    return waiting
  }
  const run = (): void => {
    if (closed) return
    inBackground(context.deps, 'tell-places', tell)
    timer = context.deps.clock.after(roundMillis, label, run)
  }
  run()
  return {
    tell,
    close() {
      closed = true
      timer?.cancel()
      return last
    },
  }
}
