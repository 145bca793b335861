import type { Instant, Millis } from '@interlock/kernel'
import { dateTimeField, requestHead, type Target } from './access.ts'
import { dateTimeBytes, isRepresentable } from './date-time.ts'
import { constant, type Layout } from './layout.ts'

/** The parameters of ECS70 *Synchronise Clock*: what is sent is true from and until then. */
export type ClockSetting = { readonly from: Instant; readonly until: Instant }

/** Longest validity interval of a time. */
export const clockToleranceSecondsMax = 86_400

export const isClockSetting = ({ from, until }: ClockSetting): boolean =>
  isRepresentable(from) && isRepresentable(until)

/** Whether a device may go by it: true for a while, and for no more than a day. */
export const isClockInterval = ({ from, until }: ClockSetting): boolean =>
  until > from && until - from <= clockToleranceSecondsMax * 1000

/** Whether a clock that is off by as much may have been right while it was sent. */
export const isTrueAt = ({ from, until }: ClockSetting, now: Instant, tolerance: Millis): boolean =>
  now >= from - tolerance && now <= until + tolerance

/** The device's clock, 0-0:1.0.0.255, by attribute or method. */
const clock = (service: Target['service'], id: number): Target => ({
  service,
  classId: 8,
  obis: [0, 0, 1, 0, 0, 255],
  id,
})
const named = (name: string, target: Target) => ({ name, of: () => target })
/** No date and no time: the device takes its own source's. */
const unspecified = [...Array.from({ length: dateTimeBytes - 3 }, () => 0xff), 0x80, 0x00, 0xff]

/** An access-request: what the clock goes by, the preset time with its validity, take it, and read back. */
export const clockLayout: Layout<ClockSetting> = [
  ...requestHead<ClockSetting>([
    named('what the clock goes by', clock('set', 9)),
    named('preset time', clock('action', 5)),
    named('adjust to the preset time', clock('action', 4)),
    named('time', clock('get', 2)),
    named('status of the clock', clock('get', 4)),
  ]),
  { ...constant('source of the clock', 0x16, 0x05), say: () => 'enumeration 5' },
  { ...constant('structure', 0x02, 0x03), say: () => 'of three' },
  {
    ...constant('preset time itself', 0x09, dateTimeBytes, ...unspecified),
    say: () => 'left to the device',
  },
  dateTimeField('validity start', 'from'),
  dateTimeField('validity end', 'until'),
  constant('argument of the adjustment', 0x0f, 0x00),
  constant('nothing for what is read', 0x00, 0x00),
]
