import {
  hoursWords,
  momentOf,
  signHoursChoice,
  type ArmKey,
  type HoursChoice,
  type PinnedHome,
} from '@interlock/arm'
import { useState } from 'preact/hooks'
import { Notice } from '../page/notice.tsx'
import type { ArmSession, HoursTold } from '../shared/shapes.ts'
import { HoursForm } from './hours-form.tsx'
import { useHeading } from './use-heading.ts'
import { useTold } from './use-told.ts'
import { WordSheet } from './word-sheet.tsx'

/** When a home's charger does not charge by itself, and the way to change that. */
export function Hours(props: { armKey: ArmKey; home: PinnedHome; onLeave: () => void }) {
  const { armKey, home, onLeave } = props
  const heading = useHeading()
  const { told, session, problem, load } = useTold<HoursTold>(home, 'hours')
  const [asked, setAsked] = useState<HoursChoice>()
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
        <WordSheet
          home={home}
          sentence={choiceSentence(asked, home)}
          testId="hours-sentence"
          yes="Sign and choose"
          no="Keep it as it is"
          sign={(at) => signHoursChoice(asked, home.stationEui, at, armKey)}
          to="/api/hours"
          onDone={() => {
            leaveSheet()
            void load()
          }}
          onKeep={leaveSheet}
        >
          <p class="soft">It begins at a coming midnight, once the supervisor has confirmed it.</p>
        </WordSheet>
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
