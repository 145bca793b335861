import { momentOf, signGuest, type ArmKey, type Guest, type PinnedHome } from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { get, post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import type { ArmSession, GuestTold } from '../shared/shapes.ts'
import { GuestForm } from './guest-form.tsx'
import { useHeading } from './use-heading.ts'

/** Who else may charge at a home, and the way to allow it or to take it back. */
export function Guests(props: { armKey: ArmKey; home: PinnedHome; onLeave: () => void }) {
  const { armKey, home, onLeave } = props
  const heading = useHeading()
  const [told, setTold] = useState<readonly GuestTold[]>()
  const [session, setSession] = useState<ArmSession>()
  const [asked, setAsked] = useState<Guest>()
  const [problem, setProblem] = useState('')
  const load = async (): Promise<void> => {
    try {
      setSession(await get<ArmSession>('/api/session'))
      const path = `/api/homes/${encodeURIComponent(home.station)}/guests`
      setTold(await get<readonly GuestTold[]>(path))
      setProblem('')
    } catch (error) {
      setProblem(sentenceOfError(error))
    }
  }
  useEffect(() => void load(), [])
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
        <GuestSheet
          guest={asked}
          session={session}
          armKey={armKey}
          home={home}
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

/** Says what will be signed, and signs it on the person's gesture. */
function GuestSheet(props: {
  guest: Guest
  session: ArmSession
  armKey: ArmKey
  home: PinnedHome
  onDone: () => void
  onKeep: () => void
}) {
  const { guest, session, armKey, home, onDone, onKeep } = props
  const heading = useHeading()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const sign = async (): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      // World time; the charger takes a word for a few minutes only.
      const { now } = await get<ArmSession>('/api/session')
      const signed = await signGuest(guest, home.stationEui, Math.floor(now), armKey)
      await post('/api/guests', { station: home.station, ...signed })
      onDone()
    } catch (error) {
      setProblem(sentenceOfError(error))
      setBusy(false)
    }
  }
  return (
    <div class="paper">
      <h2 ref={heading} tabIndex={-1}>
        You are about to sign:
      </h2>
      <p class="asked" data-testid="guest-sentence">
        At {home.place}: {guestSentence(guest, session)}
      </p>
      <div class="row">
        <button type="button" class="big" disabled={busy} onClick={() => void sign()}>
          Sign
        </button>
        <button type="button" class="big quiet" disabled={busy} onClick={onKeep}>
          Keep it as it is
        </button>
      </div>
      <Notice text={problem} kind="problem" />
    </div>
  )
}
