import { granted, weekdays } from '@interlock/duis'
import {
  decodeResponse,
  type CalendarDay,
  type CalendarEntry,
  type DeviceResponse,
} from '@interlock/gbcs'
import { ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import type { CalendarOrder } from './controller-orders.ts'
import type { Asking } from './critical-request.ts'

/** What may be read of the auxiliary controllers of a device: how they are set up (7.14), what they do (7.15). */
export const controllerReads = {
  configuration: { service: '7.14', body: { kind: 'readControllers' }, useCase: 'ECS61d' },
  operation: { service: '7.15', body: { kind: 'readControllerOperation' }, useCase: 'ECS61e' },
} as const
export type ControllerRead = keyof typeof controllerReads

/** As people are shown it; the calendar in the form in which it is ordered. */
export type ControllersShown = {
  readonly controllers: readonly {
    readonly number: number
    readonly description?: string
    /** What it is, or the EUI-64 of the switch. */
    readonly kind?: string
    readonly state?: string
  }[]
  readonly calendar?: Pick<CalendarOrder, 'schedules' | 'specialDays'>
}

/**
 * Reads what a device says of its controllers, by its own signature.
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
export async function readControllers(
  what: ControllerRead,
  device: Eui64,
  counter: bigint,
  { dcc, organisation }: Pick<Asking, 'dcc' | 'organisation'>,
): Promise<Outcome<ControllersShown, string>> {
  const { service, body, useCase } = controllerReads[what]
  const id = { originator: organisation, target: device, counter }
  const answered = await dcc.ask({ ...id, service, commandVariant: 1, body })
  if (!answered.ok) return answered
  const done = granted(answered.value)
  if (!done.ok) return done
  const read = decodeResponse(done.value.payload ?? new Uint8Array())
  return read.ok && read.value.response.useCase === useCase
    ? ok(shown(read.value.response))
    : refused('AnswerUnreadable', read.ok ? read.value.response.useCase : read.detail)
}

function shown(response: DeviceResponse): ControllersShown {
  const { descriptions, kinds, states, entries, specialDays } = response
  const rows = [0, 1, 2, 3, 4].map((at) => {
    const [description, kind, state] = [descriptions?.[at], kinds?.[at], states?.[at]]
    return {
      number: at + 1,
      ...(description && { description }),
      ...(kind && kind !== 'none' && { kind }),
      ...(state && state !== '{}' && { state }),
    }
  })
  return {
    controllers: rows.filter((row) => Object.keys(row).length > 1),
    ...(entries && {
      calendar: { schedules: entries.map(scheduleOf), specialDays: (specialDays ?? []).map(dayOf) },
    }),
  }
}

const scheduleOf = ({
  atSeconds,
  weekdays: numbers,
  from,
  until,
  specialDays,
  ...action
}: CalendarEntry): CalendarOrder['schedules'][number] => ({
  ...action,
  at: [atSeconds / 3_600, (atSeconds / 60) % 60, atSeconds % 60]
    .map((each) => String(Math.floor(each)).padStart(2, '0'))
    .join(':'),
  weekdays: numbers.flatMap((number) => weekdays[number - 1] ?? []),
  specialDays: [...specialDays],
  from: dayOf(from),
  until: dayOf(until),
})
const dayOf = ({ year, month, day }: CalendarDay) => ({ year, month, day })
