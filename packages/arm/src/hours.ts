import { concat, euiBytes, toBase64, utf8 } from './bytes.ts'
import type { ArmKey } from './key.ts'

/** Whole hours, civil time in Great Britain, in which a charger does not charge by itself. */
export type QuietHours = {
  /** 0 is Sunday. */
  readonly weekdays: readonly number[]
  readonly fromHour: number
  readonly untilHour: number
}

/** What an owner makes of the default hours. */
export type HoursChoice =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'changed'; readonly quiet: readonly QuietHours[] }

/** A choice as a charger reads it. */
export type SignedHoursChoice = {
  readonly choice: HoursChoice
  /** SPKI of the key that signs, base64. */
  readonly by: string
  /** r‖s, base64. */
  readonly signature: string
  /** World time, ms since 1970: it is good for minutes, at one charger. */
  readonly at: number
}

/**
 * Signs a choice on the person's gesture and never before: `interlock-owner-hours` ‖ the charger's EUI-64 ‖ `at`
 * in 64 bits ‖ `accepted`, `removed`, or the rows, such as `1,2,3 8-11;6 0-7`.
 */
export async function signHoursChoice(
  choice: HoursChoice,
  stationEui: string,
  at: number,
  key: ArmKey,
): Promise<SignedHoursChoice> {
  const moment = new Uint8Array(8)
  new DataView(moment.buffer).setBigUint64(0, BigInt(at))
  const text = choice.kind === 'changed' ? choice.quiet.map(rowText).join(';') : choice.kind
  const statement = concat(utf8('interlock-owner-hours'), euiBytes(stationEui), moment, utf8(text))
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, key.privateKey, statement)
  return { choice, by: toBase64(key.spki), signature: toBase64(new Uint8Array(signature)), at }
}

/** Whether both say the same, row by row. */
export const areSameHours = (left: readonly QuietHours[], right: readonly QuietHours[]): boolean =>
  left.map(rowText).join(';') === right.map(rowText).join(';')

const rowText = ({ weekdays, fromHour, untilHour }: QuietHours): string =>
  `${weekdays.join(',')} ${fromHour}-${untilHour}`

/** Hours as people read them: "Monday to Friday 08:00–11:00 and 16:00–22:00". */
export function hoursWords(quiet: readonly QuietHours[]): string {
  const byDays = new Map<string, string[]>()
  for (const { weekdays, fromHour, untilHour } of quiet) {
    const days = daysWords(weekdays)
    byDays.set(days, [...(byDays.get(days) ?? []), `${clock(fromHour)}–${clock(untilHour)}`])
  }
  return [...byDays].map(([days, spans]) => `${days} ${spans.join(' and ')}`).join(', ')
}

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

const names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const sets: Readonly<Record<string, string>> = {
  '0,1,2,3,4,5,6': 'every day',
  '1,2,3,4,5': 'Monday to Friday',
  '0,6': 'Saturday and Sunday',
}

function daysWords(weekdays: readonly number[]): string {
  const days = [...new Set(weekdays)].sort((a, b) => a - b)
  return sets[days.join(',')] ?? days.map((day) => names[day] ?? '').join(', ')
}
