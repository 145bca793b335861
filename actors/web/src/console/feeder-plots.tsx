import type { FeederDayShown, FeederSumsShown } from '@interlock/contract'
import { blockMillis } from '../feeder-sentences.ts'
import { Curves, type Curve } from './curves.tsx'

type Day = NonNullable<FeederDayShown['day']>
const kilo = (watts: readonly (number | null)[] | null): readonly (number | null)[] =>
  (watts ?? []).map((each) => (each === null ? null : each / 1000))
const seconds = (iso: string): number => Date.parse(iso) / 1000

/** Of several operators, in turn. */
const dashes = [undefined, [10, 4], [3, 3], [10, 3, 3, 3]] as const
const blocksPerHour = 4

export function DayPlot(props: { day: Day; ratedWatts: number; words: string; timeZone: string }) {
  const { day, ratedWatts, words, timeZone } = props
  const times = day.forecastWatts.map((_, at) => seconds(day.from) + (at * blockMillis) / 1000)
  const all = (watts: number) => kilo(times.map(() => watts))
  const curves: readonly Curve[] = [
    { name: 'Borne at most', colour: 'alarm', dash: [2, 6], values: all(ratedWatts) },
    { name: 'Forecast without cars', colour: 'action', values: kilo(day.forecastWatts) },
    ...baseline('If all stays as it is', [2, 3], day.persistenceWatts),
    ...baseline('If tomorrow is as today', [6, 3], day.previousDayWatts),
    { name: 'To spare for cars', colour: 'arm', values: kilo(day.spareWatts) },
    ...day.allotments.map(({ provider, watts }, at): Curve => {
      const dash = dashes[(at + 1) % dashes.length]
      const values = kilo(watts)
      return { name: `Told ${provider}`, colour: 'trigger', ...(dash && { dash }), values }
    }),
  ]
  return (
    <Curves
      // A plot has as many lines as it was made with.
      key={curves.map(({ name }) => name).join()}
      title="The day ahead"
      words={words}
      times={times}
      curves={curves}
      stepped
      timeZone={timeZone}
      rowEvery={blocksPerHour}
    />
  )
}

const baseline = (name: string, dash: readonly number[], watts: readonly number[] | null) =>
  watts === null ? [] : [{ name, colour: 'soft', dash, values: kilo(watts) } satisfies Curve]

/** What the meter of the feeder has shown, and what it should not have been above. */
export function PassedPlot(props: {
  passed: FeederDayShown['passed']
  words: string
  timeZone: string
}) {
  const { passed, words, timeZone } = props
  const curves: readonly Curve[] = [
    { name: 'Metered', colour: 'action', values: kilo(passed.map((each) => each.meteredWatts)) },
    {
      name: 'Forecast and all allotments',
      colour: 'trigger',
      dash: [6, 3],
      values: kilo(passed.map((each) => each.forecastWatts + each.allottedWatts)),
    },
  ]
  return (
    <Curves
      title="The day before"
      words={words}
      times={passed.map(({ from }) => seconds(from))}
      curves={curves}
      stepped
      timeZone={timeZone}
      rowEvery={blocksPerHour}
    />
  )
}

/** Rows of its table. */
const rowsMost = 48

export function PowerPlot(props: { sums: FeederSumsShown; words: string; timeZone: string }) {
  const { powers } = props.sums
  return (
    <Curves
      title="All cars together, round by round"
      words={props.words}
      times={powers.map(({ at }) => seconds(at))}
      curves={[{ name: 'All cars', colour: 'arm', values: kilo(powers.map(({ watts }) => watts)) }]}
      stepped={false}
      timeZone={props.timeZone}
      rowEvery={Math.ceil(powers.length / rowsMost)}
    />
  )
}

const halfHoursShown = 96

/** Energy of a half-hour as its mean power. */
export function EnergyPlot(props: { sums: FeederSumsShown; timeZone: string }) {
  const energies = props.sums.energies.slice(-halfHoursShown)
  const counts = energies.map(({ stations }) => stations)
  const words = `Each half-hour is of ${Math.min(...counts)} to ${Math.max(...counts)} homes.`
  const values = kilo(energies.map(({ wattHours }) => 2 * wattHours))
  return (
    <Curves
      title="All cars together, by half-hours of two days"
      words={words}
      times={energies.map(({ from }) => seconds(from))}
      curves={[{ name: 'All cars', colour: 'arm', values }]}
      stepped
      timeZone={props.timeZone}
      rowEvery={1}
    />
  )
}
