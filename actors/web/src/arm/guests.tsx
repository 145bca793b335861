import { momentOf, signGuest, type ArmKey, type Guest, type PinnedHome } from '@interlock/arm'
import { useState } from 'preact/hooks'
import { Notice } from '../page/notice.tsx'
import type { ArmSession, GuestTold } from '../shared/shapes.ts'
import { GuestForm } from './guest-form.tsx'
import { useHeading } from './use-heading.ts'
import { useTold } from './use-told.ts'
import { WordSheet } from './word-sheet.tsx'

/** Who else may charge at a home, and the way to allow it or to take it back. */
export function Guests(props: { armKey: ArmKey; home: PinnedHome; onLeave: () => void }) {
  const { armKey, home, onLeave } = props
  const heading = useHeading()
  const { told, session, problem, load } = useTold<readonly GuestTold[]>(home, 'guests')
  const [asked, setAsked] = useState<Guest>()
  const leaveSheet = (): void => {
    setAsked(undefined)
    heading.current?.focus()
  }
  const current = told?.filter(({ guest }) => guest.wattHours > 0)
  return (
    <div class="sheet">
      <h1 ref={heading} tabIndex={-1}>
        Guests at {home.place}
      </h1>
      {current?.length === 0 && <p>Nobody else has your leave to charge here.</p>}
      {session && (
        <ul class="homes">
          {(current ?? []).map(({ guest, usedWattHours }) => (
            <li key={guest.uid}>
              <span>
                {guestSentence(guest, session)} {kilowattHours(usedWattHours)} used.
              </span>
              <button
                type="button"
                class="quiet"
                aria-label={`Take back the leave of ${guest.name}`}
                onClick={() => setAsked({ ...guest, wattHours: 0 })}
              >
                Take back
              </button>
            </li>
          ))}
        </ul>
      )}
      {session && <GuestForm disabled={asked !== undefined} now={session.now} onGuest={setAsked} />}
      {asked && session && (
        <WordSheet
          home={home}
          sentence={`At ${home.place}: ${guestSentence(asked, session)}`}
          testId="guest-sentence"
          yes="Sign"
          no="Keep it as it is"
          sign={(at) => signGuest(asked, home.stationEui, at, armKey)}
          to="/api/guests"
          onDone={() => {
            leaveSheet()
            void load()
          }}
          onKeep={leaveSheet}
        />
      )}
      <Notice text={problem} kind="problem" />
      <p class="row">
        <button type="button" class="quiet" onClick={onLeave}>
          All homes
        </button>
      </p>
    </div>
  )
}

const kilowattHours = (wattHours: number): string =>
  `${new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 }).format(wattHours / 1000)} kWh`

function guestSentence(
  { uid, name, wattHours, until, payer }: Guest,
  { now, timeZone }: ArmSession,
): string {
  if (wattHours === 0) return `${name} (card ${uid}) may no longer charge.`
  const end = momentOf(until, now, timeZone)
  const pays = payer === null ? 'You pay' : `${payer.issuer} pays by contract ${payer.contractId}`
  return `${name} (card ${uid}) may charge ${kilowattHours(wattHours)} until ${end}. ${pays}.`
}
