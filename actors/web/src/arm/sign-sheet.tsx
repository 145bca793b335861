import {
  checkPreCommand,
  fromBase64,
  sentenceOf,
  signArm,
  toBase64,
  type ArmKey,
  type Checked,
  type PinnedHome,
} from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import type { ArmSession, Errand } from '../shared/shapes.ts'
import { Decoded } from './decoded.tsx'
import { defaultHours, HowLong } from './how-long.tsx'
import { useHeading } from './use-heading.ts'

type Shown = { readonly id: string; readonly bytes: Uint8Array; readonly checked: Checked }
type Stage = 'looking' | 'ready' | 'sending' | 'sent'

/** Shows what will be signed, read from its bytes, and signs it on the person's gesture. */
export function SignSheet(props: {
  session: ArmSession
  errand: Errand
  armKey: ArmKey
  home: PinnedHome
  onEnrol: () => void
  onLeave: () => void
}) {
  const { session, errand, armKey, home } = props
  const heading = useHeading()
  const [hours, setHours] = useState(() => defaultHours(errand, session.now))
  const [shown, setShown] = useState<Shown>()
  const [stage, setStage] = useState<Stage>('looking')
  const [problem, setProblem] = useState('')
  const look = async (): Promise<void> => {
    setStage('looking')
    setProblem('')
    setShown(undefined)
    try {
      setShown(await askFor(errand, hours, armKey, home))
      setStage('ready')
    } catch (error) {
      setProblem(sentenceOfError(error))
    }
  }
  useEffect(() => void look(), [hours])
  const sign = async (): Promise<void> => {
    if (shown === undefined || !shown.checked.ok) return
    setStage('sending')
    setProblem('')
    try {
      const { bytes } = await signArm(shown.checked.value, armKey)
      await post('/api/arms', { id: shown.id, bytes: toBase64(bytes) })
      setStage('sent')
      location.assign(`${session.consoleOrigin}/#errand=${errand.id}`)
    } catch (error) {
      setProblem(sentenceOfError(error))
      setStage('ready')
    }
  }
  const place = { ...home, timeZone: session.timeZone }
  const checked = shown?.checked
  return (
    <div class="sheet">
      <h1 ref={heading} tabIndex={-1}>
        {errand.action === 'charge' ? 'Charge now' : 'Stop'} at {home.place}
      </h1>
      <HowLong
        action={errand.action}
        hours={hours}
        disabled={stage === 'sending'}
        onHours={setHours}
      />
      <div aria-live="polite" aria-busy={stage === 'looking'}>
        {shown === undefined && problem === '' && <p class="soft">Asking for what to sign…</p>}
        {checked?.ok && (
          <div class="paper">
            <p class="soft">You are about to sign:</p>
            <p class="asked" data-testid="arm-sentence">
              {sentenceOf(checked.value, place, session.now)}
            </p>
            <p class="soft">
              It is half of the agreement. Nothing moves until the trigger meets it at the charger,
              and it ends by itself.
            </p>
          </div>
        )}
        {checked?.ok === false && (
          <div class="paper refused" data-testid="arm-mismatch">
            <p class="asked">This is not what you asked for. It will not be signed.</p>
            <ul>
              {checked.problems.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
      <Notice
        text={stage === 'sent' ? 'Signed and delivered. Going back to the street…' : problem}
        kind={stage === 'sent' ? 'done' : 'problem'}
      />
      <div class="row">
        {checked?.ok ? (
          // Another element than "Ask again": a press meant for that one must not sign.
          <button
            key="sign"
            type="button"
            class="primary big"
            disabled={stage !== 'ready'}
            onClick={() => void sign()}
          >
            Sign and send
          </button>
        ) : (
          <button
            key="again"
            type="button"
            onClick={() => void look()}
            disabled={stage === 'looking' && problem === ''}
          >
            Ask again
          </button>
        )}
        <a class="button big" href={session.consoleOrigin}>
          Do not sign
        </a>
      </div>
      <ClockNote now={session.now} timeZone={session.timeZone} />
      {shown && <Decoded shown={shown} />}
      <p>
        <button type="button" class="quiet" onClick={props.onEnrol}>
          Enrol this device again
        </button>
        <button type="button" class="quiet" onClick={props.onLeave}>
          Other homes
        </button>
      </p>
    </div>
  )
}

const hourMillis = 3_600_000

/** The window is chosen here, before anything comes back from a server. */
async function askFor(
  errand: Errand,
  hours: number,
  key: ArmKey,
  home: PinnedHome,
): Promise<Shown> {
  const { now } = await getNow()
  const from = Math.floor(now / 1000) * 1000
  const until = from + hours * hourMillis
  const made = await post<{ id: string; bytes: string }>('/api/pre-commands', {
    errand: errand.id,
    spki: toBase64(key.spki),
    from,
    until,
  })
  const bytes = fromBase64(made.bytes)
  const asked = {
    originator: key.eui,
    target: home.target,
    controller: home.controller,
    levelPercent: errand.action === 'charge' ? 100 : 0,
    from,
    until,
  }
  return { id: made.id, bytes, checked: checkPreCommand(bytes, asked) }
}

const getNow = async (): Promise<{ now: number }> => {
  const response = await fetch('/api/session', { signal: AbortSignal.timeout(10_000) })
  return (await response.json()) as { now: number }
}

/** A street in a lab runs on a clock of its own; a person must not mistake its times for theirs. */
function ClockNote({ now, timeZone }: { now: number; timeZone: string }) {
  if (Math.abs(now - Date.now()) < 5 * 60_000) return null
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    dateStyle: 'long',
    timeStyle: 'short',
  })
  return (
    <p class="soft">
      Times are the street’s: it is {format.format(now)} there, {format.format(Date.now())} on this
      device.
    </p>
  )
}
