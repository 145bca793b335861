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
  /** Permitted in advance, for when the frequency of the grid leaves its band. */
  readonly forGrid: boolean
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
  const { originator, llcs, counter: count } = each.data ?? {}
  const counter = count && `${originator}/${llcs}/${count}`
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
  const { action, phase, use } = each.data ?? {}
  const used = each.kind === 'trigger' || phase === 'used'
  return {
    key,
    at: each.at,
    station: each.station ?? before?.station,
    arm: each.kind === 'arm' || before?.arm === true,
    trigger: used || before?.trigger === true,
    action: typeof action === 'string' && each.kind === 'trigger' ? action : before?.action,
    reason: each.reason ?? before?.reason,
    forGrid: use === 'response' || before?.forGrid === true,
    unused: phase === 'unused' || phase === 'ended' || before?.unused === true,
  }
}

/** What is listed: standing arms are one line, and so is what the whole street did for the grid. */
export type MeetingLine = Pick<Meeting, 'key' | 'at' | 'arm' | 'trigger'> & {
  readonly text: string
}

const togetherMillis = 30 * 60_000

export function meetingLines(
  meetings: readonly Meeting[],
  placeOf: (station: string | undefined) => string,
): readonly MeetingLine[] {
  const lines: MeetingLine[] = []
  const counted = meetings.filter((each) => each.forGrid)
  const helped = counted.filter((each) => each.trigger && each.reason === undefined)
  const told = new Set<Meeting>()
  for (const each of meetings) {
    if (told.has(each)) continue
    if (!each.forGrid || (each.trigger && !helped.includes(each))) {
      lines.push({ ...each, text: tellMeeting(each, placeOf(each.station)) })
    } else if (each.trigger) {
      const group = helped.filter(
        (one) => !told.has(one) && Math.abs(one.at - each.at) < togetherMillis,
      )
      for (const one of group) told.add(one)
      const where = countOf(group, placeOf)
      const text = `Arm and frequency met at ${where}: their load stays down while the grid recovers.`
      lines.push({ ...each, text })
    }
  }
  const standing = counted.filter((each) => !each.trigger && !each.unused)
  const [latest] = standing
  if (latest !== undefined) {
    const where = countOf(standing, placeOf)
    const text = `Permitted in advance: an arm for the grid at ${where}. It does nothing while the frequency stays in its band.`
    lines.push({ ...latest, text })
  }
  return lines
}

function countOf(
  meetings: readonly Meeting[],
  placeOf: (station: string | undefined) => string,
): string {
  const stations = [...new Set(meetings.map((each) => each.station))]
  return stations.length === 1 ? placeOf(stations[0]) : `${stations.length} chargers`
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
  const meetings = meetingLines(meetingsOf(props.happenings), props.placeOf).slice(0, shownMax)
  const { now, timeZone } = props.telling
  return (
    <section aria-labelledby="meetings">
      <h2 id="meetings">Arms and triggers</h2>
      <p class="soft hint">
        A load moves when two halves meet: an arm over the smart-meter network, and a trigger over
        the internet.
      </p>
      {meetings.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <ul class="list" data-testid="meetings">
          {meetings.map((each) => (
            <li key={each.key}>
              <Mark arm={each.arm} trigger={each.trigger} />
              <span>{each.text}</span>
              <time class="soft">{momentOf(each.at, now, timeZone)}</time>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
