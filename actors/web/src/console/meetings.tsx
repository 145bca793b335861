import { momentOf } from '@interlock/arm'
import { Mark } from '../page/mark.tsx'
import { actionName, reasonWords, type Telling } from '../sentences.ts'
import type { Happening } from '../shared/shapes.ts'

/** An arm and a trigger that belong together, or one that waits for the other. */
export type Meeting = {
  readonly key: string
  readonly at: number
  readonly station: string | undefined
  readonly arm: boolean
  readonly trigger: boolean
  readonly action: string | undefined
  readonly reason: string | undefined
}

const shownMax = 8

/** Happenings of arms and triggers, joined by the digest of the arm; newest first. */
export function meetingsOf(happenings: readonly Happening[]): readonly Meeting[] {
  const meetings = new Map<string, Meeting>()
  for (const each of happenings.toReversed()) {
    if (each.kind !== 'arm' && each.kind !== 'trigger') continue
    const digest = each.data?.['digest'] ?? each.data?.['arm']
    const key = typeof digest === 'string' ? digest : `${each.kind} ${each.station} ${each.at}`
    const before = meetings.get(key)
    const action = each.data?.['action']
    meetings.delete(key)
    meetings.set(key, {
      key,
      at: each.at,
      station: each.station ?? before?.station,
      arm: each.kind === 'arm' || before?.arm === true,
      trigger: each.kind === 'trigger' || before?.trigger === true,
      action: typeof action === 'string' && each.kind === 'trigger' ? action : before?.action,
      reason: each.reason ?? before?.reason,
    })
  }
  return [...meetings.values()].toReversed()
}

export function tellMeeting(meeting: Meeting, place: string): string {
  const { arm, trigger, action, reason } = meeting
  const because = reason === undefined ? '' : ` (${reasonWords(reason)})`
  if (arm && trigger) return `Arm and trigger met at ${place}: ${actionName(action)}${because}.`
  if (arm) return `${place} holds an arm${because}; it does nothing without its trigger.`
  return `A trigger came to ${place}${because}: ${actionName(action)}.`
}

export function Meetings(props: {
  happenings: readonly Happening[]
  placeOf: (station: string | undefined) => string
  telling: Telling
}) {
  const meetings = meetingsOf(props.happenings).slice(0, shownMax)
  const { now, timeZone } = props.telling
  return (
    <section aria-labelledby="meetings">
      <h2 id="meetings">Arms and triggers</h2>
      {meetings.length === 0 ? (
        <p class="soft">
          None yet. A change of load needs two halves: an arm over the smart-meter network, a
          trigger over the internet.
        </p>
      ) : (
        <ul class="list" data-testid="meetings">
          {meetings.map((each) => (
            <li key={each.key}>
              <Mark arm={each.arm} trigger={each.trigger} />
              <span>{tellMeeting(each, props.placeOf(each.station))}</span>
              <time class="soft">{momentOf(each.at, now, timeZone)}</time>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
