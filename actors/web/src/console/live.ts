import { useEffect, useState } from 'preact/hooks'
import type { Happening, LoadHistory, StationRow, Street } from '../shared/shapes.ts'

/** Seconds since 1970 and a value, oldest first: the form uPlot takes. */
export type Series = { readonly times: readonly number[]; readonly values: readonly number[] }
const nothing: Series = { times: [], values: [] }

/** Everything the console knows of the street, as it comes. */
export type Live = {
  readonly connected: boolean
  /** World time, ms since 1970. */
  readonly now: number
  readonly stations: readonly StationRow[]
  readonly frequency: Series
  readonly load: Series
  /** Newest first. */
  readonly happenings: readonly Happening[]
}

const pointsMax = 1_200
const happeningsMax = 400
const drawnMillis = 150

export const startOf = (now: number): Live => ({
  connected: false,
  now,
  stations: [],
  frequency: nothing,
  load: nothing,
  happenings: [],
})

/** The street with the rows that changed. */
export function withStreet(live: Live, street: Street): Live {
  const changed = new Map(street.stations.map((row) => [row.stationId, row]))
  const known = live.stations.map((row) => {
    const next = changed.get(row.stationId)
    changed.delete(row.stationId)
    return next ?? row
  })
  const stations = [...known, ...changed.values()]
  const watts = stations.reduce((sum, row) => sum + row.powerWatts, 0)
  const load = withPoint(live.load, street.at, watts / 1000)
  return { ...live, connected: true, now: Math.max(live.now, street.at), stations, load }
}

export function withHappening(live: Live, happening: Happening): Live {
  const now = Math.max(live.now, happening.at)
  if (happening.kind === 'frequency') {
    const hertz = happening.data?.['hertz']
    if (typeof hertz !== 'number') return live
    return { ...live, now, frequency: withPoint(live.frequency, happening.at, hertz) }
  }
  // Of each kind so many: a storm of refusals must not wash the arms away.
  const alike = live.happenings.filter((each) => each.kind === happening.kind)
  const oldest = alike.length < happeningsMax ? undefined : alike.at(-1)
  const happenings = [happening, ...live.happenings.filter((each) => each !== oldest)]
  return { ...live, now, happenings }
}

/** What was drawn before this page came; points that are known already stay as they are. */
export const withLoads = (live: Live, history: LoadHistory): Live => ({
  ...live,
  load: history.reduce((load, { at, watts }) => withPoint(load, at, watts / 1000), live.load),
})

/** A point that is not later than the last is left out: a plot's time only grows. */
function withPoint(series: Series, at: number, value: number): Series {
  const time = at / 1000
  if (time <= (series.times.at(-1) ?? Number.NEGATIVE_INFINITY)) return series
  const add = (list: readonly number[], each: number) => [...list.slice(1 - pointsMax), each]
  return { times: add(series.times, time), values: add(series.values, value) }
}

/** Follows the server's events; the browser reconnects by itself and hears the present again. */
export function useLive(now: number, onSignedOut: () => void): Live {
  const [live, setLive] = useState(() => startOf(now))
  useEffect(() => {
    const source = new EventSource('/api/events')
    const news: ((live: Live) => Live)[] = []
    // A world that runs fast tells much at once; it is drawn a few times a second.
    const drawing = setInterval(() => {
      const taken = news.splice(0)
      if (taken.length > 0) setLive((live) => taken.reduce((known, take) => take(known), live))
    }, drawnMillis)
    const read =
      <Data>(take: (live: Live, data: Data) => Live) =>
      (event: MessageEvent<string>) => {
        const data = JSON.parse(event.data) as Data
        news.push((live) => take(live, data))
      }
    source.addEventListener('loads', read<LoadHistory>(withLoads))
    source.addEventListener('street', read<Street>(withStreet))
    source.addEventListener('happening', read<Happening>(withHappening))
    // A new connection tells the recent past again.
    source.addEventListener('open', () =>
      news.push((live) => ({ ...live, connected: true, happenings: [] })),
    )
    source.addEventListener('error', () => {
      news.push((live) => ({ ...live, connected: false }))
      if (source.readyState === EventSource.CLOSED) onSignedOut()
    })
    return () => {
      clearInterval(drawing)
      source.close()
    }
  }, [])
  return live
}
