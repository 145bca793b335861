import {
  hoursWords,
  momentOf,
  signHoursChoice,
  type ArmKey,
  type HoursChoice,
  type PinnedHome,
} from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { get, post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import type { ArmSession, HoursTold } from '../shared/shapes.ts'
import { HoursForm } from './hours-form.tsx'
import { useHeading } from './use-heading.ts'

/** When a home's charger does not charge by itself, and the way to change that. */
export function Hours(props: { armKey: ArmKey; home: PinnedHome; onLeave: () => void }) {
  const { armKey, home, onLeave } = props
  const heading = useHeading()
  const [told, setTold] = useState<HoursTold>()
  const [session, setSession] = useState<ArmSession>()
  const [asked, setAsked] = useState<HoursChoice>()
  const [problem, setProblem] = useState('')
  const load = async (): Promise<void> => {
    try {
      setSession(await get<ArmSession>('/api/session'))
      setTold(await get<HoursTold>(`/api/homes/${encodeURIComponent(home.station)}/hours`))
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
  return (
    <div class="sheet">
      <h1 ref={heading} tabIndex={-1}>
        Charging hours of {home.place}
      </h1>
      {told === undefined && problem === '' && <p class="soft">Asking the charger…</p>}
      {told && session && (
        <>
          <p>{nowSentence(told)}</p>
          <p role="status" data-testid="hours-state">
            {stateSentence(told, session)}
          </p>
          <p class="soft">A schedule, and Charge now, go before these hours.</p>
          <HoursForm disabled={asked !== undefined} onChoice={setAsked} />
        </>
      )}
      {asked && (
        <ChoiceSheet
          choice={asked}
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
        <button type="button" class="quiet" onClick={() => void load()}>
          Ask the charger again
        </button>
        <button type="button" class="quiet" onClick={onLeave}>
          All homes
        </button>
      </p>
    </div>
  )
}

const nowSentence = ({ quiet }: HoursTold): string =>
  quiet.length === 0
    ? 'It may charge by itself at any time.'
    : `It does not charge by itself ${hoursWords(quiet)}.`

/** In force, waiting, to come or refused, and why. */
const stateSentences: Readonly<Record<HoursTold['state'], (wish: string, why: string) => string>> =
  {
    inForce: () => 'These hours are in force.',
    waiting: (wish) =>
      `Waiting for confirmation: ${wish}. Until the supervisor has confirmed it, the hours above stay.`,
    acknowledged: (wish) => `Confirmed: ${wish}.`,
    refused: (wish, why) =>
      `Refused: ${wish}, because ${why}. The hours above stay; choose others, or press Start at the charger for one charge.`,
  }

function stateSentence(told: HoursTold, { now, timeZone }: ArmSession): string {
  const { state, wants = [], from, reason = '' } = told
  const hours = wants.length === 0 ? 'no such hours' : hoursWords(wants)
  const begin = from === undefined ? '' : `, from ${momentOf(from, now, timeZone)}`
  const why = refusedWords[reason] ?? 'the supervisor could not grant it'
  return stateSentences[state](`${hours}${begin}`, why)
}

const refusedWords: Readonly<Record<string, string>> = {
  BudgetExceeded: 'too many homes would start or stop together at that hour this week',
  PlausibilityFailed: 'they would start and stop the charger too often',
}

/** Says what will be signed, and signs it on the person's gesture. */
function ChoiceSheet(props: {
  choice: HoursChoice
  armKey: ArmKey
  home: PinnedHome
  onDone: () => void
  onKeep: () => void
}) {
  const { choice, armKey, home, onDone, onKeep } = props
  const heading = useHeading()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const sign = async (): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      // World time; the charger takes a choice for a few minutes only.
      const { now } = await get<ArmSession>('/api/session')
      const signed = await signHoursChoice(choice, home.stationEui, Math.floor(now), armKey)
      await post('/api/hours', { station: home.station, ...signed })
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
      <p class="asked" data-testid="hours-sentence">
        {choiceSentence(choice, home)}
      </p>
      <p class="soft">It begins at a coming midnight, once the supervisor has confirmed it.</p>
      <div class="row">
        <button type="button" class="big" disabled={busy} onClick={() => void sign()}>
          Sign and choose
        </button>
        <button type="button" class="big quiet" disabled={busy} onClick={onKeep}>
          Keep it as it is
        </button>
      </div>
      <Notice text={problem} kind="problem" />
    </div>
  )
}

function choiceSentence(choice: HoursChoice, { place }: PinnedHome): string {
  switch (choice.kind) {
    case 'accepted':
      return `${place} keeps the hours that its charger was sold with.`
    case 'removed':
      return `${place} may charge by itself at any time.`
    case 'changed':
      return `${place} does not charge by itself ${hoursWords(choice.quiet)}.`
  }
}
