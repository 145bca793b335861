import { areQuietHours, quietHoursOf, type HoursChoice } from '@interlock/power'
import type { Station } from './station.ts'

/**
 * Regulation 10 of SI 2021/1467: at first use the charger asks what becomes of its default hours, and
 * goes on asking at each arrival until it is told; the default holds meanwhile.
 */
export function askForHours({ keeper, records }: Station): void {
  if (keeper.memory.charger.hours === undefined) records.note('ChargingHoursAsked', {})
}

/**
 * The owner's answer, at the charger, now or at any later time. It moves no load at once: what it
 * changes comes after the random delay of regulation 11.
 * @returns false when the hours are none; nothing has changed then
 */
export function chooseHours({ keeper, records, charging }: Station, choice: HoursChoice): boolean {
  if (choice.kind === 'changed' && !areQuietHours(choice.quiet)) {
    records.note('ChargingHoursRefused', { reason: 'HoursInvalid' })
    return false
  }
  const { charger } = keeper.memory
  records.before('ChargingHoursChosen', {
    choice: choice.kind,
    quiet: quietHoursOf(choice),
    before: charger.hours?.kind ?? 'unanswered',
  })
  charging.update({ charger: { ...charger, hours: choice } })
  return true
}
