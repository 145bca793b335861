import { kilowatts, momentOf } from '@interlock/arm'
import { tellCost, tellRefused, tellStation, tellTrust, type Telling } from '../sentences.ts'
import type { StationRow } from '../shared/shapes.ts'
import type { ToldResult } from './console.tsx'
import { Departure } from './departure.tsx'
import { SimulatedCharger } from './simulated-charger.tsx'

/** One charger: its sentence, until when, and what its owner can do. */
export function Charger(props: {
  row: StationRow
  telling: Telling
  /** The person's only charger: its button stands out. */
  only: boolean
  /** Whether the buttons at the charger are within this person's reach. */
  pressable: boolean
  onAsk: (station: string, action: 'charge' | 'stop') => Promise<void>
  onTold: (result: ToldResult) => void
}) {
  const { row, telling, onAsk } = props
  const { what, until } = tellStation(row, telling)
  const trust = tellTrust(row)
  const refused = tellRefused(row, telling)
  const main = (when: boolean) => (props.only && when ? 'primary' : '')
  const charging = row.powerWatts > 50
  return (
    <li class="charger" data-testid={`charger-${row.stationId}`}>
      <div class="said">
        <h3>{row.place}</h3>
        <p class="what" data-testid="sentence">
          {what}
        </p>
        {until !== '' && <p class="soft">{until}</p>}
        {refused !== '' && <p class="soft">{refused}</p>}
        {!trust.safe && <p class="warned">{trust.words}</p>}
      </div>
      {row.own && row.hasLlcs && !idle.has(row.why) && (
        <div class="row doing">
          <button
            type="button"
            class={main(!charging)}
            aria-label={`Charge now at ${row.place}`}
            onClick={() => void onAsk(row.stationId, 'charge')}
          >
            Charge now
          </button>
          <button
            type="button"
            class={main(charging)}
            aria-label={`Stop at ${row.place}`}
            onClick={() => void onAsk(row.stationId, 'stop')}
          >
            Stop
          </button>
        </div>
      )}
      <div class="bar" aria-hidden="true">
        <span style={{ width: `${share(row)}%` }} />
      </div>
      <details>
        <summary aria-label={`More about ${row.place}`}>More</summary>
        <Facts row={row} telling={telling} />
        {row.own && <Departure row={row} telling={telling} onTold={props.onTold} />}
        {props.pressable && <SimulatedCharger row={row} onTold={props.onTold} />}
        {row.own && !row.hasLlcs && (
          <p>
            Nothing in this home can take an arm, so Charge now and Stop work at the charger itself
            only.
          </p>
        )}
      </details>
    </li>
  )
}

/** Nothing to start and nothing to stop. */
const idle: ReadonlySet<string> = new Set(['NoVehicle', 'Faulted'])

function Facts({ row, telling }: { row: StationRow; telling: Telling }) {
  const moment = (at: number) => momentOf(at, telling.now, telling.timeZone)
  const facts: [string, string][] = [
    ['Now', `${kilowatts(row.powerWatts)} of ${kilowatts(row.ratingWatts)}`],
    ['Allowed', kilowatts(row.setPointWatts)],
    ['Meter', `${(row.energyWattHours / 1000).toFixed(2)} kWh`],
    ...(row.cost === undefined ? [] : [['Cost', tellCost(row.cost)]]),
    ['Control', tellTrust(row).words],
    ...(row.goal
      ? [['Ready by', `${moment(row.goal.departure)}, ${row.goal.energyWattHours / 1000} kWh`]]
      : []),
    ...(row.override?.until === undefined
      ? []
      : [['Owner’s word', `until ${moment(row.override.until)}`]]),
    ['State', [row.state, row.why].filter((each) => each !== '').join(', ') || 'unknown'],
    ['Identity', row.stationId],
  ] as [string, string][]
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const share = (row: StationRow): number =>
  row.ratingWatts <= 0 ? 0 : Math.min(100, Math.max(0, (100 * row.powerWatts) / row.ratingWatts))
