import { useId, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import { localTime } from './local-time.ts'
import { plotHeight, usePlot } from './use-plot.ts'

/** One line of a plot; it is told from the others by its dashes as well as by its colour. */
export type Curve = {
  readonly name: string
  readonly colour: 'action' | 'arm' | 'trigger' | 'alarm' | 'soft'
  /** Lengths of dashes and gaps; whole where there are none. */
  readonly dash?: readonly number[]
  /** In kW, at `times`. */
  readonly values: readonly (number | null)[]
}

/** Curves over one span of time, and the same in a table that opens under them. */
export function Curves(props: {
  title: string
  /** What they show, in words, for whoever does not see them. */
  words: string
  /** Seconds since 1970, in order. */
  times: readonly number[]
  curves: readonly Curve[]
  /** Each value holds until the next. */
  stepped: boolean
  timeZone: string
  /** Every how many times there is a row in the table. */
  rowEvery: number
}) {
  const { title, words, times, curves, timeZone } = props
  const latestProps = useRef(props)
  latestProps.current = props
  const legend = useRef<HTMLUListElement>(null)
  const canvas = usePlot(
    (home) => draw(home, legend.current, () => latestProps.current),
    dataOf(props),
  )
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <ul class="legend" ref={legend}>
        {curves.map(({ name, colour, dash }) => (
          <li key={name}>
            <svg viewBox="0 0 28 8" class={`swatch ${colour}`} aria-hidden="true">
              <line x1="0" y1="4" x2="28" y2="4" stroke-dasharray={dash?.join(' ')} />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <div
        ref={canvas}
        class="canvas"
        role="img"
        aria-label={`${title}, in kW. ${words} The table has the values.`}
      />
      <details>
        <summary aria-label={`Table of: ${title}`}>Table</summary>
        <Table {...props} times={times} timeZone={timeZone} />
      </details>
    </section>
  )
}

function Table({ title, times, curves, rowEvery, timeZone }: Parameters<typeof Curves>[0]) {
  return (
    // A wide table is scrolled by the keyboard too.
    <div class="wide" role="region" aria-label={`${title}, table`} tabIndex={0}>
      <table>
        <caption class="unseen">{title}, in kW</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {curves.map(({ name }) => (
              <th scope="col" key={name}>
                {name}, kW
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.flatMap((time, at) =>
            at % rowEvery === 0
              ? [
                  <tr key={time}>
                    <th scope="row">{localTime(time * 1000, timeZone)}</th>
                    {curves.map(({ name, values }) => (
                      <td key={name}>{values[at]?.toFixed(1) ?? '–'}</td>
                    ))}
                  </tr>,
                ]
              : [],
          )}
        </tbody>
      </table>
    </div>
  )
}

/** The last step is as long as the one before it. */
function dataOf({ times, curves, stepped }: Parameters<typeof Curves>[0]): UPlot.AlignedData {
  const [before = 0, last = 0] = times.slice(-2)
  const longer = <Value,>(values: readonly Value[], end: readonly Value[]): Value[] =>
    stepped && times.length > 1 ? [...values, ...end] : [...values]
  return [
    longer(times, [2 * last - before]),
    ...curves.map(({ values }) => longer(values, values.slice(-1))),
  ]
}

/** So few can be told apart. */
const pointsMax = 60

/** Colours are those of the legend, because a canvas knows no variables. */
function draw(
  home: HTMLElement,
  legend: HTMLElement | null,
  current: () => Parameters<typeof Curves>[0],
): UPlot {
  const props = current()
  const style = getComputedStyle(home)
  const swatches = [...(legend?.querySelectorAll('.swatch') ?? [])]
  const colourOf = (at: number): string => {
    const swatch = swatches[at]
    return swatch === undefined ? style.color : getComputedStyle(swatch).color
  }
  const stepped = UPlot.paths.stepped?.({ align: 1 })
  const axis = {
    stroke: style.outlineColor,
    grid: { stroke: style.borderTopColor, width: 1 },
    ticks: { show: false },
  }
  return new UPlot(
    {
      width: Math.max(1, home.clientWidth),
      height: plotHeight,
      legend: { show: false },
      cursor: { show: false },
      tzDate: (at) => UPlot.tzDate(new Date(at * 1000), props.timeZone),
      scales: {
        y: { range: (_plot, low, high) => [Math.min(0, low || 0), Math.max(1, high * 1.1 || 0)] },
      },
      axes: [
        {
          ...axis,
          space: 70,
          values: (_plot, splits) => splits.map((at) => localTime(at * 1000, props.timeZone)),
        },
        { ...axis, size: 44, values: (_plot, splits) => splits.map((each) => each.toFixed(0)) },
      ],
      series: [
        {},
        ...props.curves.map(({ dash }, at) => ({
          stroke: colourOf(at),
          width: 2,
          ...(dash !== undefined && { dash: [...dash] }),
          ...(props.stepped && stepped !== undefined && { paths: stepped }),
          points: { show: !props.stepped && props.times.length <= pointsMax },
        })),
      ],
    },
    dataOf(props),
    home,
  )
}
