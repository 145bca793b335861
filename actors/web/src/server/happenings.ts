import type { Happening } from '@interlock/contract'
import { maySee, type Person } from './access.ts'
import type { Home } from './config-schema.ts'
import { record } from './street.ts'

const kinds = new Set<unknown>([
  'state',
  'frequency',
  'arm',
  'trigger',
  'refusal',
  'response',
  'security',
  'attack',
])
const keptMax = 600
/** A curve has one value for each second of the world, however fast its time runs. */
const frequencyMillisMin = 900

/** The last happenings, and everyone who listens. */
export interface Happenings {
  readonly take: (value: unknown) => void
  recent(person: Person): readonly Happening[]
  listen(listener: (happening: Happening) => void): () => void
}

export function createHappenings(homes: readonly Home[] = []): Happenings {
  // The data company knows a home by its LLCS; people know it by its charger.
  const stationBehind = new Map(homes.map((home) => [home.target, home.station]))
  /** Of each kind so many: a storm of refusals must not wash the arms away. */
  const kept = new Map<Happening['kind'], Happening[]>()
  const listeners = new Set<(happening: Happening) => void>()
  let measured = false
  let frequencyAt = Number.NEGATIVE_INFINITY
  return {
    take: (value) => {
      const parsed = parseHappening(value)
      if (parsed === undefined) return
      const station = parsed.station ?? stationBehind.get(`${parsed.data?.['llcs']}`)
      const happening = station === undefined ? parsed : { ...parsed, station }
      if (happening.kind === 'frequency') {
        // What is told as it is measured outranks a charger's last report, whose age nobody knows.
        measured ||= happening.actor !== 'csms'
        if (measured && happening.actor === 'csms') return
        if (happening.at - frequencyAt < frequencyMillisMin) return
        frequencyAt = happening.at
      }
      const list = kept.get(happening.kind) ?? []
      kept.set(happening.kind, list)
      list.push(happening)
      if (list.length > keptMax) list.shift()
      for (const listener of listeners) listener(happening)
    },
    recent: (person) =>
      [...kept.values()]
        .flat()
        .filter((each) => concerns(person, each))
        .toSorted((left, right) => left.at - right.at),
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The grid is everybody's; a charger's affairs are its people's. */
export const concerns = (person: Person, happening: Happening): boolean =>
  happening.kind === 'frequency' ||
  (happening.station === undefined
    ? person.roles.some((role) => role !== 'driver')
    : maySee(person, happening.station))

export function parseHappening(value: unknown): Happening | undefined {
  const { at, actor, kind, station, reason, data } = record(value)
  if (typeof at !== 'number' || typeof actor !== 'string' || !kinds.has(kind)) return undefined
  return {
    at,
    actor: actor.slice(0, 64),
    kind: kind as Happening['kind'],
    ...(typeof station === 'string' ? { station: station.slice(0, 48) } : {}),
    ...(typeof reason === 'string' ? { reason: reason.slice(0, 64) } : {}),
    ...(data === undefined ? {} : { data: parseData(data) }),
  }
}

function parseData(value: unknown): NonNullable<Happening['data']> {
  const entries = Object.entries(record(value)).slice(0, 32)
  return Object.fromEntries(
    entries.flatMap(([name, each]): [string, string | number | boolean | null][] => {
      if (typeof each === 'string') return [[name, each.slice(0, 300)]]
      const plain = each === null || typeof each === 'number' || typeof each === 'boolean'
      return plain ? [[name, each]] : []
    }),
  )
}
