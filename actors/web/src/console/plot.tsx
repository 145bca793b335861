import { useRef } from 'preact/hooks'
import UPlot from 'uplot'
import type { Series } from './live.ts'
import { localTime } from './local-time.ts'
import { plotHeight, usePlot } from './use-plot.ts'

/** A curve, and the same in a table beside it. */
export function Plot(props: {
  id: string
  title: string
  unit: string
  decimals: number
  series: Series
  /** World time at the right edge, ms since 1970. */
  now: number
  timeZone: string
  /** Keeps at least so much above and below a middle in view. */
  around?: { middle: number; least: number }
}) {
  const { id, title, unit, decimals, series, now, timeZone } = props
  const latestProps = useRef(props)
  latestProps.current = props
  const canvas = usePlot(
    (home) => draw(home, () => latestProps.current),
    [[...series.times], [...series.values]],
  )
  const last = series.values.at(-1)
  const from = shownFrom(series, now)
  const recent = series.values.filter((_, index) => (series.times[index] ?? 0) >= from)
  const lowest = recent.length === 0 ? undefined : Math.min(...recent)
  const shown = (value: number | undefined) =>
    value === undefined ? 'not known yet' : `${value.toFixed(decimals)} ${unit}`
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div class="plot">
        <div
          ref={canvas}
          class="canvas"
          role="img"
          aria-label={`${title}: now ${shown(last)}, lowest ${shown(lowest)}. The table has the values.`}
        />
        <table>
          <caption class="unseen">{title}, latest values</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">{unit}</th>
            </tr>
          </thead>
          <tbody>
            {latest(series, from).map(([time, value]) => (
              <tr key={time}>
                <th scope="row">{localTime(time * 1000, timeZone)}</th>
                <td>{value.toFixed(decimals)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

const rowsMax = 6
const shownSecondsMax = 3_600
const shownSecondsMin = 300

/** Left edge of the plot: the last hour, or as much of it as there are values for. */
const shownFrom = (series: Series, now: number): number => {
  const right = now / 1000
  const first = Math.min(series.times[0] ?? right, right - shownSecondsMin)
  return Math.max(right - shownSecondsMax, first)
}

/** The newest value of each of the last minutes, newest first. */
export function latest(series: Series, from: number): readonly (readonly [number, number])[] {
  const rows = new Map<number, readonly [number, number]>()
  for (let i = series.times.length - 1; i >= 0 && rows.size < rowsMax; i--) {
    const time = series.times[i] ?? 0
    // One value from before the left edge: it holds until the next.
    if (time < from && rows.size > 0) break
    const minute = Math.floor(time / 60)
    if (!rows.has(minute)) rows.set(minute, [time, series.values[i] ?? 0])
  }
  return [...rows.values()]
}

function draw(home: HTMLElement, current: () => Parameters<typeof Plot>[0]): UPlot {
  const props = current()
  const style = getComputedStyle(home)
  const colour = style.color
  const line = style.borderTopColor
  const soft = style.outlineColor
  const { around } = props
  const range = (_plot: UPlot, low: number, high: number): [number, number] => {
    if (around === undefined) return [0, Math.max(1, (Number.isFinite(high) ? high : 0) * 1.15)]
    const far = Math.max(around.least, around.middle - low || 0, high - around.middle || 0) * 1.1
    return [around.middle - far, around.middle + far]
  }
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { show: false } }
  return new UPlot(
    {
      width: Math.max(1, home.clientWidth),
      height: plotHeight,
      legend: { show: false },
      cursor: { show: false },
      tzDate: (at) => UPlot.tzDate(new Date(at * 1000), props.timeZone),
      scales: {
        x: { range: () => [shownFrom(current().series, current().now), current().now / 1000] },
        y: { range },
      },
      axes: [
        {
          ...axis,
          space: 90,
          values: (_plot, splits) => splits.map((at) => localTime(at * 1000, props.timeZone)),
        },
        {
          ...axis,
          size: 52,
          values: (_plot, splits) => splits.map((each) => each.toFixed(props.decimals)),
        },
      ],
      series: [{}, { stroke: colour, width: 2, points: { show: false } }],
    },
    [[...props.series.times], [...props.series.values]],
    home,
  )
}
