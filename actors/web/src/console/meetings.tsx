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
  /** Nobody used it; its budget has been given back. */
  readonly unused: boolean
}

const shownMax = 8

/**
 * Happenings of arms and triggers, newest first. They are joined by the digest of the arm, by its
 * originator and counter, or, where a happening names neither, by the charger whose arm still waits.
 */
export function meetingsOf(happenings: readonly Happening[]): readonly Meeting[] {
  const meetings = new Map<string, Meeting>()
  const keyOfCounter = new Map<string, string>()
  for (const each of happenings.toReversed()) {
    if (each.kind !== 'arm' && each.kind !== 'trigger') continue
    const key = keyOf(each, meetings, keyOfCounter)
    const before = meetings.get(key)
    meetings.delete(key)
    meetings.set(key, joined(key, each, before))
  }
  return [...meetings.values()].toReversed()
}

function keyOf(
  each: Happening,
  meetings: ReadonlyMap<string, Meeting>,
  keyOfCounter: Map<string, string>,
): string {
  const digest = each.data?.['digest'] ?? each.data?.['arm']
  const counter = each.data?.['counter'] && `${each.data['originator']}/${each.data['counter']}`
  if (typeof digest === 'string') {
    if (typeof counter === 'string') keyOfCounter.set(counter, digest)
    return digest
  }
  const known = typeof counter === 'string' ? keyOfCounter.get(counter) : undefined
  if (known !== undefined) return known
  const waiting = [...meetings.values()].findLast(
    (one) => one.station === each.station && one.arm !== one.trigger && !one.unused,
  )
  const missing = waiting !== undefined && (each.kind === 'arm' ? !waiting.arm : !waiting.trigger)
  return missing ? waiting.key : `${each.kind} ${each.station} ${each.at}`
}

function joined(key: string, each: Happening, before: Meeting | undefined): Meeting {
  const { action, phase } = each.data ?? {}
  const used = each.kind === 'trigger' || phase === 'used'
  return {
    key,
    at: each.at,
    station: each.station ?? before?.station,
    arm: each.kind === 'arm' || before?.arm === true,
    trigger: used || before?.trigger === true,
    action: typeof action === 'string' && each.kind === 'trigger' ? action : before?.action,
    reason: each.reason ?? before?.reason,
    unused: phase === 'unused' || before?.unused === true,
  }
}

export function tellMeeting(meeting: Meeting, place: string): string {
  const { arm, trigger, action, reason } = meeting
  const because = reason === undefined ? '' : ` (${reasonWords(reason)})`
  if (arm && trigger) {
    const done = action === undefined ? 'the load moved' : actionName(action)
    return `Arm and trigger met at ${place}: ${done}${because}.`
  }
  if (meeting.unused) return `The arm of ${place} was not used and has given its budget back.`
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
