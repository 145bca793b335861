import {
  FeederDayShown,
  FeedersShown,
  FeederSumsShown,
  openDataDoors,
  OpenDataRows,
} from '@interlock/contract'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { OpenData } from '../shared/shapes.ts'
import { Declined } from './access.ts'
import { declinedAs, unavailable, type Neighbour } from './upstreams.ts'

/** What a distribution operator shows its own people, and what is published; nothing of it is of one home. */
export type FeederSource = {
  feeders(): Promise<FeedersShown>
  day(group: string): Promise<FeederDayShown>
  /** `undefined` where the chargers of that feeder are not summed. */
  sums(group: string): Promise<FeederSumsShown | undefined>
  /** `undefined` where nobody publishes. */
  openData(): Promise<OpenData | undefined>
}

export function createFeederSource(options: {
  readonly operator: Neighbour
  readonly publisher: Neighbour | undefined
}): FeederSource {
  const { operator, publisher } = options
  const feeder = (group: string, of: string) => `/api/v1/feeders/${encodeURIComponent(group)}/${of}`
  return {
    feeders: () => read(operator, '/api/v1/feeders', FeedersShown),
    day: (group) => read(operator, feeder(group, 'day'), FeederDayShown),
    sums: (group) => read(operator, feeder(group, 'sums'), FeederSumsShown).catch(noneThere),
    openData: async () =>
      publisher &&
      openDataOf(await read(publisher, `${openDataDoors.rows}?limit=1000`, OpenDataRows)),
  }
}

async function read<Schema extends TSchema>(
  { base, http }: Neighbour,
  path: string,
  schema: Schema,
): Promise<Static<Schema>> {
  const { status, body } = await http.request('GET', `${base}${path}`).catch(unavailable)
  if (status >= 300) throw declinedAs(status, body)
  if (!Value.Check(schema, body)) throw new Declined('Unavailable', 'the answer cannot be read')
  return body
}

function noneThere(cause: unknown): undefined {
  if (!(cause instanceof Declined && cause.reason === 'NotFound')) throw cause
  return undefined
}

/** No publisher may name a smaller one. */
const groupLeast = 10
const rowsShown = 31

/** A publisher that tells of fewer homes than it says, or than may be told of, is not passed on. */
export function openDataOf({ groupMin, items }: OpenDataRows): OpenData {
  const least = Math.max(groupMin, groupLeast)
  const rows = items.filter(({ stations }) => stations >= least)
  return {
    groupMin: least,
    rows: rows.toSorted((one, other) => (one.from < other.from ? 1 : -1)).slice(0, rowsShown),
    below: items.length - rows.length,
  }
}
