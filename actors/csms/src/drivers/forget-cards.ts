import { inHours, type Instant, type StationId } from '@interlock/kernel'
import type { Commands } from '../commands.ts'
import type { Context } from '../context.ts'
import { tokenKey } from '../core/facts.ts'
import { pacing } from '../pacing.ts'

/** What stations remember is cleared at most once in so long, however much is found. */
const clearPaceMillis = inHours(1)

type Shared = Pick<Context, 'known' | 'views' | 'sessions' | 'misused'>
export type StationMemories = {
  /** Stations whose cache is to be cleared; after a restart nobody knows which have been. */
  readonly unclean: Set<StationId>
  readonly isTooOften: ReturnType<typeof pacing>
}
export const stationMemories = (): StationMemories => ({
  unclean: new Set(),
  isTooOften: pacing(clearPaceMillis),
})

export const cardOf = (uid: string) => ({ idToken: uid, type: 'ISO14443' }) as const

/** Standard stations: what those remember lets a driver in without a word of ours. */
const plain = ({ views }: Pick<Shared, 'views'>): readonly StationId[] =>
  [...views].flatMap(([id, { record }]) => (record.trust === 'standard' ? [id] : []))

/** From now on no cache of a station counts. */
export function soil({ unclean }: StationMemories, context: Pick<Shared, 'views'>): void {
  for (const id of plain(context)) unclean.add(id)
}

/** C11: a station's cache may let in what it remembers without asking. */
export async function clearCaches(
  { unclean, isTooOften }: StationMemories,
  { sessions }: Pick<Shared, 'sessions'>,
  commands: Commands,
  now: Instant,
): Promise<void> {
  for (const stationId of unclean) {
    if (!sessions.has(stationId) || isTooOften(`cache ${stationId}`, now)) continue
    const asked = { stationId, action: 'ClearCache', evse: 0, effectFrom: now } as const
    const { status } = await commands.send({ ...asked, payload: {} })
    // One that has no cache says so.
    if (status !== 'Failed') unclean.delete(stationId)
  }
}

/** D01: nor may its local list; a card comes back there by whoever keeps the list. */
export async function shortenLists(
  { isTooOften }: StationMemories,
  context: Shared,
  commands: Commands,
  now: Instant,
): Promise<void> {
  const { known, sessions, misused } = context
  const stations = plain(context).filter((id) => sessions.has(id))
  const blocked = misused.list(now).filter(({ measure }) => measure === 'blocked')
  for (const uid of new Set(blocked.map((each) => each.uid))) {
    const entries = await known.ofStations(stations, 'localListEntry', tokenKey(cardOf(uid)))
    for (const { stationId } of entries)
      if (!isTooOften(`list ${stationId} ${uid}`, now))
        await shortenList(context, commands, stationId as StationId, uid, now)
  }
}

async function shortenList(
  { known }: Pick<Shared, 'known'>,
  commands: Commands,
  stationId: StationId,
  uid: string,
  now: Instant,
): Promise<void> {
  const list = await known.find(stationId, 'localList', 'list')
  const { version = 0 } = (list?.value ?? {}) as { version?: number }
  await commands.send({
    stationId,
    action: 'SendLocalList',
    evse: 0,
    effectFrom: now,
    payload: {
      versionNumber: version + 1,
      updateType: 'Differential',
      localAuthorizationList: [{ idToken: cardOf(uid) }],
    },
  })
}
