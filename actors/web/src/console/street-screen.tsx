import { momentOf } from '@interlock/arm'
import { useCallback, useRef, useState } from 'preact/hooks'
import { post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import { tellFrequency, tellStreet, type Telling } from '../sentences.ts'
import type { ConsoleSession } from '../shared/shapes.ts'
import { Attack } from './attack.tsx'
import { Charger } from './charger.tsx'
import type { ToldResult } from './console.tsx'
import { Knocks } from './knocks.tsx'
import { useLive, type Live } from './live.ts'
import { Meetings } from './meetings.tsx'
import { Plot } from './plot.tsx'
import { Refusals } from './refusals.tsx'
import { Tour } from './tour.tsx'

/** What is happening, why, until when, and what can I do: one screen. */
export function StreetScreen(props: {
  session: ConsoleSession
  told: ToldResult | undefined
  onSignedOut: () => void
}) {
  const { session } = props
  const live = useLive(session.now, props.onSignedOut)
  const [own, setOwn] = useState<ToldResult>()
  const told = own ?? props.told
  const telling = { now: live.now, timeZone: session.timeZone }
  const ask = useCallback(async (station: string, action: 'charge' | 'stop') => {
    try {
      const { url } = await post<{ url: string }>('/api/hand-overs', { station, action })
      location.assign(url)
    } catch (error) {
      setOwn({ text: sentenceOfError(error), kind: 'problem' })
    }
  }, [])
  const places = useRef(new Map<string, string>())
  for (const row of live.stations) places.current.set(row.stationId, row.place)
  const placeOf = (station: string | undefined) =>
    station === undefined ? 'the street' : (places.current.get(station) ?? station)
  const lab = session.attack !== undefined && session.person?.roles.includes('lab') === true
  return (
    <div class="screen">
      <section class="now" aria-label="Now">
        <h1 data-testid="street-sentence">{tellStreet(live.stations)}</h1>
        <p class="grid-sentence">
          {tellFrequency(live.frequency.values.at(-1), measuredAt(live, telling))}
        </p>
        <p class="soft">
          <WorldTime now={live.now} timeZone={session.timeZone} />
          {live.connected ? '' : ' No contact with the server; what you see is the last known.'}
        </p>
        {session.attack?.controls === 'off' && (
          <p class="notice problem">
            The controls of this lab are off: whoever holds the CSMS’s keys can switch every
            charger.
          </p>
        )}
        <Notice text={told?.text ?? ''} kind={told?.kind ?? 'done'} />
        {session.person && <Tour person={session.person} simulated={session.simulated} lab={lab} />}
      </section>
      <div class="plots">
        <Plot
          id="frequency"
          title="Frequency of the grid"
          unit="Hz"
          decimals={2}
          series={live.frequency}
          now={live.now}
          timeZone={session.timeZone}
          around={{ middle: 50, least: 0.25 }}
        />
        <Plot
          id="load"
          title="Load of the street"
          unit="kW"
          decimals={1}
          series={live.load}
          now={live.now}
          timeZone={session.timeZone}
        />
      </div>
      <section class="chargers" aria-labelledby="chargers">
        <h2 id="chargers">Chargers</h2>
        <ul>
          {live.stations.map((row) => (
            <Charger
              key={row.stationId}
              row={row}
              telling={telling}
              only={live.stations.filter((each) => each.own).length === 1}
              pressable={session.simulated && (row.own || lab)}
              onAsk={ask}
              onTold={setOwn}
            />
          ))}
        </ul>
      </section>
      <div class="events">
        {lab && <Attack timeZone={telling.timeZone} />}
        {session.person?.roles.includes('operator') === true && (
          <Knocks telling={telling} onTold={setOwn} />
        )}
        <Meetings happenings={live.happenings} placeOf={placeOf} telling={telling} />
        <Refusals happenings={live.happenings} placeOf={placeOf} telling={telling} />
      </div>
    </div>
  )
}

const staleMillis = 5 * 60_000

/** When the frequency was measured, unless that is now. */
function measuredAt(live: Live, { now, timeZone }: Telling): string | undefined {
  const at = (live.frequency.times.at(-1) ?? 0) * 1000
  return now - at > staleMillis ? momentOf(at, now, timeZone) : undefined
}

function WorldTime(props: { now: number; timeZone: string }) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: props.timeZone,
    dateStyle: 'full',
    timeStyle: 'short',
  })
  return <time dateTime={new Date(props.now).toISOString()}>{format.format(props.now)}</time>
}
