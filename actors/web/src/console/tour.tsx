import { useState } from 'preact/hooks'
import type { PersonView } from '../shared/shapes.ts'

const seenKey = 'interlock-tour'

/** What to try first, for who has never been here; says once and for all what is simulated. */
export function Tour(props: { person: PersonView; simulated: boolean; lab: boolean }) {
  const [open, setOpen] = useState(() => localStorage.getItem(seenKey) === null)
  const close = (): void => {
    localStorage.setItem(seenKey, 'seen')
    setOpen(false)
  }
  const operator = props.person.roles.includes('operator')
  const driver = props.person.roles.includes('driver')
  return (
    <>
      {props.simulated && (
        <p class="soft" data-testid="simulated">
          Cars, chargers, meters and the data company (DCC) are simulated. Protocols, keys,
          signatures and decisions are real.
        </p>
      )}
      {open && (
        <section class="tour" aria-labelledby="tour">
          <h2 id="tour">New here? Try this</h2>
          <ol>
            <li>
              Read a charger: it says what it does, why, and until when. Nobody can switch it alone.
            </li>
            {driver && (
              <li>
                Press <strong>Charge now</strong> at a charger with a car. A second page asks your
                device to sign
                {props.simulated
                  ? '; the first time it wants a code, which the charger shows when you press Pair under its More.'
                  : '.'}
              </li>
            )}
            {props.lab && (
              <li>
                Press <strong>Attack</strong> and watch who refuses what, and that the load does not
                step.
              </li>
            )}
            {operator && (
              <li>
                See under <strong>Knocking</strong> who came and is kept out, why, and adopt it.
              </li>
            )}
            {!driver && !operator && !props.lab && (
              <li>You see everything here and can change nothing: that is your role.</li>
            )}
          </ol>
          <button type="button" class="quiet" onClick={close}>
            Got it
          </button>
        </section>
      )}
    </>
  )
}
