import {
  hoursWords,
  signHoursChoice,
  verifyHours,
  type ArmKey,
  type ArmStore,
  type HoursChoice,
  type PinnedHome,
} from '@interlock/arm'
import { useEffect, useState } from 'preact/hooks'
import { Notice } from '../page/notice.tsx'
import type { ArmSession, HoursTold } from '../shared/shapes.ts'
import { HoursForm } from './hours-form.tsx'
import { hoursShown, type HoursShown } from './hours-shown.ts'
import { useHeading } from './use-heading.ts'
import { useTold } from './use-told.ts'
import { WordSheet } from './word-sheet.tsx'

/** When a home's charger does not charge by itself, and the way to change that. */
export function Hours(props: {
  armKey: ArmKey
  home: PinnedHome
  store: ArmStore
  onLeave: () => void
}) {
  const { armKey, home, store, onLeave } = props
  const heading = useHeading()
  const { told, session, problem, load } = useTold<HoursTold>(home, 'hours')
  const shown = useShown(told, session, home, store)
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
      {shown === undefined && problem === '' && <p class="soft">Asking the charger…</p>}
      {shown && (
        <>
          <p data-testid="hours-now">{shown.now}</p>
          <p role="status" data-testid="hours-state">
            {shown.state}
          </p>
          {shown.isAlarm ? (
            <Notice text={shown.proof} kind="problem" />
          ) : (
            <p class="soft">{shown.proof}</p>
          )}
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

/** Nothing is shown before it has been checked; what has been seen signed is remembered. */
function useShown(
  told: HoursTold | undefined,
  session: ArmSession | undefined,
  home: PinnedHome,
  store: ArmStore,
): HoursShown | undefined {
  const [shown, setShown] = useState<HoursShown>()
  useEffect(() => {
    if (told === undefined || session === undefined) return
    let late = false
    const check = async (): Promise<void> => {
      const pinned = (await store.home(home.station)) ?? home
      const verdict = await verifyHours(told.signed ?? [], pinned, session.now)
      if (verdict.ok) await store.keepHome({ ...pinned, hoursSeen: verdict.hours.counter })
      if (!late) setShown(hoursShown(told, session, verdict))
    }
    void check()
    return () => {
      late = true
    }
  }, [told])
  return shown
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
