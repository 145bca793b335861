import { refusals } from '@interlock/contract'
import { momentOf } from '@interlock/arm'
import { useEffect, useRef, useState } from 'preact/hooks'
import { actionName, reasonWords, type Telling } from '../sentences.ts'
import type { Happening } from '../shared/shapes.ts'

/** Refusals with one reason, and the latest of them. */
export type RefusalGroup = {
  readonly reason: string
  readonly count: number
  readonly latest: Happening
}

/** Newest first. */
export function refusalGroups(happenings: readonly Happening[]): readonly RefusalGroup[] {
  const groups = new Map<string, RefusalGroup>()
  for (const each of happenings) {
    if (each.kind !== 'refusal' || isEcho(each, happenings)) continue
    const reason = each.reason ?? 'unknown'
    const group = groups.get(reason)
    groups.set(reason, { reason, count: (group?.count ?? 0) + 1, latest: group?.latest ?? each })
  }
  return [...groups.values()]
}

const echoMillis = 60_000

/** The CSMS tells of what a charger refused; so does the charger itself, where it can be heard. */
const isEcho = (each: Happening, happenings: readonly Happening[]): boolean =>
  each.actor === 'csms' &&
  each.station !== undefined &&
  happenings.some(
    (other) =>
      other.kind === 'refusal' &&
      other.actor !== 'csms' &&
      other.station === each.station &&
      other.reason === each.reason &&
      other.data?.['action'] === each.data?.['action'] &&
      Math.abs(other.at - each.at) < echoMillis,
  )

/** What was refused. */
function subject({ data }: Happening): string {
  if (data?.['plan'] !== undefined) return 'The plan of a day'
  if (data?.['meter'] !== undefined) return 'A tariff'
  return actionName(data?.['action'])
}

export function tellRefusals(group: RefusalGroup, place: string): string {
  const action = subject(group.latest)
  const words = reasonWords(group.reason)
  return group.count === 1
    ? `${action} at ${place}: ${words}.`
    : `${action} at ${place}, and ${group.count - 1} more: ${words}.`
}

const gateOf = (reason: string): string => {
  if (!Object.hasOwn(refusals, reason)) return ''
  const { gate } = refusals[reason as keyof typeof refusals]
  return gate === 0 ? 'at the door' : `gate ${gate}`
}

const spokenMillis = 5_000

export function Refusals(props: {
  happenings: readonly Happening[]
  placeOf: (station: string | undefined) => string
  telling: Telling
}) {
  const groups = refusalGroups(props.happenings)
  const { now, timeZone } = props.telling
  const total = groups.reduce((sum, each) => sum + each.count, 0)
  const first = groups[0]
  const spoken = useSpoken(
    first === undefined
      ? ''
      : `Refused: ${tellRefusals(first, props.placeOf(first.latest.station))} ${total} in all.`,
  )
  return (
    <section aria-labelledby="refusals">
      <h2 id="refusals">Refused</h2>
      <p class="unseen" role="status">
        {spoken}
      </p>
      {groups.length === 0 ? (
        <p class="soft">Nothing has been refused.</p>
      ) : (
        <ul class="list" data-testid="refusals">
          {groups.map((each) => (
            <li key={each.reason} data-reason={each.reason}>
              <span class="count">{each.count}</span>
              <span>{tellRefusals(each, props.placeOf(each.latest.station))}</span>
              <span class="soft">
                {gateOf(each.reason)} <time>{momentOf(each.latest.at, now, timeZone)}</time>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** Many refusals a second would drown a listener: the newest is spoken, at most every few seconds. */
function useSpoken(text: string): string {
  const [spoken, setSpoken] = useState('')
  const latest = useRef(text)
  latest.current = text
  useEffect(() => {
    const timer = setInterval(() => setSpoken(latest.current), spokenMillis)
    return () => clearInterval(timer)
  }, [])
  return spoken
}
