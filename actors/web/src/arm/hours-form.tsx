import type { HoursChoice, QuietHours } from '@interlock/arm'
import { useState } from 'preact/hooks'

/** Days a person may choose at once. */
const days: readonly (readonly [name: string, weekdays: readonly number[]])[] = [
  ['Every day', [0, 1, 2, 3, 4, 5, 6]],
  ['Monday to Friday', [1, 2, 3, 4, 5]],
  ['Saturday and Sunday', [0, 6]],
]
const kinds: readonly (readonly [HoursChoice['kind'], string])[] = [
  ['accepted', 'Keep the hours it was sold with: Monday to Friday 08:00–11:00 and 16:00–22:00'],
  ['removed', 'No such hours: it may charge at any time'],
  ['changed', 'Hours of my own'],
]
type Span = { readonly days: number; readonly fromHour: number; readonly untilHour: number }

/** Hours that end on the next day are two rows. */
export function rowsOf({ days: which, fromHour, untilHour }: Span): QuietHours[] {
  const weekdays = days[which]?.[1] ?? []
  if (untilHour > fromHour) return [{ weekdays, fromHour, untilHour }]
  const next = weekdays.map((day) => (day + 1) % 7)
  const rest = untilHour === 0 ? [] : [{ weekdays: next, fromHour: 0, untilHour }]
  return [{ weekdays, fromHour, untilHour: 24 }, ...rest]
}

/** What becomes of the hours in which the charger does not charge by itself. */
export function HoursForm(props: { disabled: boolean; onChoice: (choice: HoursChoice) => void }) {
  const [kind, setKind] = useState<HoursChoice['kind']>('accepted')
  const [span, setSpan] = useState<Span>({ days: 0, fromHour: 16, untilHour: 20 })
  const change = (part: Partial<Span>): void => setSpan({ ...span, ...part })
  const choice = (): HoursChoice => (kind === 'changed' ? { kind, quiet: rowsOf(span) } : { kind })
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        props.onChoice(choice())
      }}
    >
      <fieldset disabled={props.disabled}>
        <legend>When should it not charge by itself?</legend>
        {kinds.map(([each, words]) => (
          <label class="choice" key={each}>
            <input
              type="radio"
              name="kind"
              checked={each === kind}
              onChange={() => setKind(each)}
            />
            {words}
          </label>
        ))}
      </fieldset>
      {kind === 'changed' && (
        <fieldset class="row" disabled={props.disabled}>
          <legend>Hours of my own</legend>
          <label>
            On
            <select onChange={(event) => change({ days: Number(event.currentTarget.value) })}>
              {days.map(([name], index) => (
                <option key={name} value={index} selected={index === span.days}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <Hour label="From" hour={span.fromHour} onHour={(fromHour) => change({ fromHour })} />
          <Hour label="Until" hour={span.untilHour} onHour={(untilHour) => change({ untilHour })} />
        </fieldset>
      )}
      <button type="submit" disabled={props.disabled}>
        Choose
      </button>
    </form>
  )
}

function Hour(props: { label: string; hour: number; onHour: (hour: number) => void }) {
  return (
    <label>
      {props.label}
      <select onChange={(event) => props.onHour(Number(event.currentTarget.value))}>
        {Array.from({ length: 24 }, (_, hour) => (
          <option key={hour} value={hour} selected={hour === props.hour}>
            {`${String(hour).padStart(2, '0')}:00`}
          </option>
        ))}
      </select>
    </label>
  )
}
