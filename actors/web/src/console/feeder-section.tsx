import type { FeederDayShown, FeederSumsShown } from '@interlock/contract'
import { momentOf } from '@interlock/arm'
import { Notice } from '../page/notice.tsx'
import {
  refusedRounds,
  tellAccuracy,
  tellAllotment,
  tellBreach,
  tellDay,
  tellMissing,
  tellRisk,
  tellRounds,
  tellStale,
  tellSum,
} from '../feeder-sentences.ts'
import type { Telling } from '../sentences.ts'
import type { Feeder } from '../shared/shapes.ts'
import { DayPlot, EnergyPlot, PassedPlot, PowerPlot } from './feeder-plots.tsx'
import { useAsked } from './use-asked.ts'

/** One feeder: what it bears and who may use it, what came, and what all its cars draw. */
export function FeederSection(props: { group: string; timeZone: string; onSignedOut: () => void }) {
  const { group, timeZone } = props
  const path = `/api/feeders/${encodeURIComponent(group)}`
  const { result, problem, none } = useAsked<Feeder>(path, props.onSignedOut)
  const id = `feeder-${group}`
  return (
    <section class="feeder" aria-labelledby={id} data-testid={id}>
      <h2 id={id}>{group}</h2>
      <Notice text={none ? 'The operator has this feeder no longer.' : problem} kind="problem" />
      {result === undefined ? (
        problem === '' && !none && <p class="soft">Asking the operator…</p>
      ) : (
        <FeederDetails feeder={result} telling={{ now: result.at, timeZone }} />
      )}
    </section>
  )
}

function FeederDetails(props: { feeder: Feeder; telling: Telling }) {
  const { telling } = props
  const { day, sums } = props.feeder
  return (
    <>
      <Ahead shown={day} telling={telling} />
      <Passed shown={day} telling={telling} />
      {sums === undefined ? (
        <p class="soft">
          What the cars here draw is not known: the operator does not sum the chargers of this
          feeder.
        </p>
      ) : (
        <Sums sums={sums} telling={telling} />
      )}
    </>
  )
}

function Ahead(props: { shown: FeederDayShown; telling: Telling }) {
  const { shown, telling } = props
  const { day, ratedWatts } = shown
  const sentence = tellDay(shown, telling)
  const stale = tellStale(shown)
  if (day === null) return <p class="what">{sentence}</p>
  const risk = tellRisk(day, telling)
  return (
    <>
      <p class="what" data-testid="feeder-sentence">
        {sentence}
      </p>
      {stale !== '' && <p class="warned">{stale}</p>}
      {risk !== '' && <p class="warned">{risk}</p>}
      <ul class="sentences">
        {day.allotments.map((each) => (
          <li key={each.provider}>{tellAllotment(each, day, telling)}</li>
        ))}
        <li>{tellAccuracy(day)}</li>
      </ul>
      <DayPlot day={day} ratedWatts={ratedWatts} words={sentence} timeZone={telling.timeZone} />
    </>
  )
}

function Passed(props: { shown: FeederDayShown; telling: Telling }) {
  const { telling } = props
  const { passed } = props.shown
  if (passed.length === 0) return <p class="soft">Nothing has been metered yet.</p>
  const breaches = passed
    .flatMap(({ from, breaches: found }) => (found ?? []).map((breach) => ({ from, breach })))
    .toReversed()
  const words =
    breaches.length === 0
      ? 'Nobody has used more than was allotted, as far as the meter at its head shows.'
      : `${breaches.length} times more came than was allotted.`
  return (
    <>
      <PassedPlot passed={passed} words={words} timeZone={telling.timeZone} />
      <p class={breaches.length === 0 ? 'soft' : 'warned'}>{words}</p>
      <ul class="sentences">
        {breaches.slice(0, breachesShown).map(({ from, breach }) => (
          <li key={`${from} ${breach.reason} ${breach.providers.join()}`}>
            {tellBreach(breach, from, telling)}
          </li>
        ))}
      </ul>
    </>
  )
}
const breachesShown = 5

function Sums(props: { sums: FeederSumsShown; telling: Telling }) {
  const { sums, telling } = props
  const { now, timeZone } = telling
  const sentence = tellSum(sums, telling)
  const { excluded } = sums.status
  const groups = refusedRounds(sums)
  return (
    <>
      <p class="what" data-testid="sum-sentence">
        {sentence}
      </p>
      <p class="soft hint">
        Each charger masks what it says, so that only the sum of many can be read, and no sum is
        told from which less than that would follow.
      </p>
      {sums.powers.length > 0 && <PowerPlot sums={sums} words={sentence} timeZone={timeZone} />}
      {sums.energies.length > 0 && <EnergyPlot sums={sums} timeZone={timeZone} />}
      <ul class="sentences">
        <li>{tellMissing(sums)}</li>
        {excluded.map((each) => (
          <li key={each}>{each} masked wrongly, and is left out until it has another key.</li>
        ))}
        <li>{tellRounds(sums)}</li>
      </ul>
      {groups.length > 0 && (
        <ul class="list" data-testid="refused-rounds">
          {groups.map(({ reason, words, count, latest }) => (
            <li key={reason}>
              <span class="count">{count}</span>
              <span>Refused: {words}.</span>
              <time class="soft">{momentOf(Date.parse(latest), now, timeZone)}</time>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
