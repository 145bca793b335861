import type { ProviderShown } from '@interlock/contract'
import { Notice } from '../page/notice.tsx'
import { tellBreach, tellComplaint, tellOpenData, tellStanding } from '../feeder-sentences.ts'
import type { Telling } from '../sentences.ts'
import type { ConsoleSession, Feeders, OpenData, PublishedData } from '../shared/shapes.ts'
import { FeederSection } from './feeder-section.tsx'
import { useAsked } from './use-asked.ts'

/** The distribution operator's screen: its feeders, who may use them, and what is told of them to everybody. */
export function FeedersScreen(props: { session: ConsoleSession; onSignedOut: () => void }) {
  const { onSignedOut } = props
  const { timeZone } = props.session
  const { result, problem, none } = useAsked<Feeders>('/api/feeders', onSignedOut)
  const published = useAsked<PublishedData>('/api/open-data', onSignedOut)
  const openData = published.result?.openData
  const telling = { now: result?.at ?? props.session.now, timeZone }
  return (
    <div class="screen">
      <section class="now" aria-label="Now">
        <h1 data-testid="feeders-sentence">{tellFeeders(result, problem !== '' || none)}</h1>
        <p class="soft">Nothing here is of one home: loads of cars are sums of many.</p>
        <Notice text={problem} kind="problem" />
      </section>
      <div class="feeders">
        {result?.feeders.map(({ group }) => (
          <FeederSection key={group} group={group} timeZone={timeZone} onSignedOut={onSignedOut} />
        ))}
      </div>
      <div class="events">
        <section aria-labelledby="providers">
          <h2 id="providers">Operators of chargers</h2>
          {result?.providers.length === 0 && (
            <p class="soft">Nobody has a contract for these feeders.</p>
          )}
          <ul class="chargers">
            {result?.providers.map((each) => (
              <Provider key={each.name} provider={each} telling={telling} />
            ))}
          </ul>
        </section>
        <section aria-labelledby="open-data">
          <h2 id="open-data">Open data</h2>
          {openData === null && <p class="soft">Nobody publishes open data of this region.</p>}
          <Notice text={published.problem} kind="problem" />
          {openData != null && <OpenRows openData={openData} telling={telling} />}
        </section>
      </div>
    </div>
  )
}

function tellFeeders(result: Feeders | undefined, failed: boolean): string {
  if (result === undefined)
    return failed ? 'The distribution operator cannot be asked.' : 'Asking the operator…'
  const { length } = result.feeders
  if (length === 0) return 'The operator has no feeders.'
  const offline = result.providers.filter(({ standing }) => standing !== 'heard')
  const feeders = length === 1 ? 'One feeder' : `${length} feeders`
  if (result.providers.length === 0) return `${feeders}, and nobody with a contract.`
  return offline.length === 0
    ? `${feeders}; every operator of chargers is online.`
    : `${feeders}; ${offline.map(({ name }) => name).join(', ')} not online.`
}

function Provider(props: { provider: ProviderShown; telling: Telling }) {
  const { provider, telling } = props
  const { name, standing, complaints, breaches, groups } = provider
  return (
    <li class="charger" data-testid={`provider-${name}`}>
      <div class="said">
        <h3>{name}</h3>
        <p class={standing === 'heard' ? 'what' : 'what warned'}>
          {tellStanding(provider, telling)}
        </p>
        <p class="soft">Contract for {groups.join(', ') || 'no feeder'}.</p>
        <ul class="sentences">
          {complaints.slice(0, saidShown).map((each) => (
            <li key={each.at}>{tellComplaint(each, telling)}</li>
          ))}
          {complaints.length === 0 && (
            <li class="soft">It has not said that it cannot keep what it was told.</li>
          )}
          {breaches.slice(0, saidShown).map(({ group, from, breach }) => (
            <li key={`${group} ${from} ${breach.reason}`} class="warned">
              {group}: {tellBreach(breach, from, telling)}
            </li>
          ))}
          {breaches.length === 0 && (
            <li class="soft">No feeder’s meter has shown that it used more.</li>
          )}
        </ul>
      </div>
    </li>
  )
}
const saidShown = 5

function OpenRows(props: { openData: OpenData; telling: Telling }) {
  const { openData, telling } = props
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: telling.timeZone, dateStyle: 'medium' })
  return (
    <>
      <p class="soft hint">{tellOpenData(openData)}</p>
      {openData.rows.length > 0 && (
        <table data-testid="open-data">
          <caption class="unseen">Open data, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Region</th>
              <th scope="col">Day</th>
              <th scope="col">Homes, at least</th>
              <th scope="col">kWh</th>
            </tr>
          </thead>
          <tbody>
            {openData.rows.map(({ place, from, stations, wattHours }) => (
              <tr key={`${place} ${from}`}>
                <th scope="row">{place}</th>
                <td>{day.format(Date.parse(from))}</td>
                <td>{stations}</td>
                <td>{(wattHours / 1000).toFixed(0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
