import type { ArmAction, Errand } from '../shared/shapes.ts'

/** Hours a person may choose; an override ends by itself after twelve at the latest. */
const choices = [1, 2, 4, 8, 12] as const

/** The shortest choice that covers what was proposed. */
export function defaultHours(errand: Errand, now: number): number {
  const wanted = errand.until === undefined ? 2 : (errand.until - now) / 3_600_000
  return choices.find((each) => each >= wanted) ?? 12
}

export function HowLong(props: {
  action: ArmAction
  hours: number
  disabled: boolean
  onHours: (hours: number) => void
}) {
  return (
    <fieldset disabled={props.disabled}>
      <legend>{props.action === 'charge' ? 'For how long?' : 'Stay stopped for how long?'}</legend>
      <div class="row">
        {choices.map((each) => (
          <label class="choice" key={each}>
            <input
              type="radio"
              name="hours"
              value={each}
              checked={each === props.hours}
              onChange={() => props.onHours(each)}
            />
            {each === 1 ? '1 hour' : `${each} hours`}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
