import { registers as numbers, type CalendarDay, type ImportTariff } from '@interlock/gbcs'
import { instant, ok, refused, type Outcome } from '@interlock/kernel'
import type { Micropence } from '../money.ts'
import { tariffLimits as most, type Block, type Register, type Tariff } from '../tariff.ts'
import type { YearlyDate } from '../tariff.ts'

export const standardProblems = {
  PriceInvalid:
    'a price is beyond £100, finer than a millionth of a penny, or a negative standing charge',
  Cancels: 'it cancels what was to come, and is never in force',
} as const
export type StandardProblem = keyof typeof standardProblems

/** No date of the standard's messages is earlier, or later. */
const always = {
  validFrom: instant(Date.UTC(2000, 0, 1)),
  validUntil: instant(Date.UTC(2100, 0, 1)),
} as const
/** The end of a block that has none: the highest number that there is. */
export const endless = 0xffff_ffff

/**
 * The tariff that the standard's message (ECS01a) says: by UTC, from its date of execution on, without an
 * end. The message has no version, so that of its originator's counter is the order. Its thresholds are
 * taken to be watt-hours, and to count by the month: it does not say by what period.
 */
export function standardTariff(message: ImportTariff): Outcome<Tariff, StandardProblem> {
  const { execution } = message
  if (execution === 'never') return refused('Cancels')
  const standingCharge = micropence(message.standingCharge, message.standingChargeScale)
  if (standingCharge === undefined || standingCharge < 0)
    return refused('PriceInvalid', 'standing charge')
  const registers = new Map<number, Register>()
  for (const number of message.days.flatMap(({ switches }) => switches.map(registerIn))) {
    const blocks = blocksOf(message, number)
    if (blocks === undefined) return refused('PriceInvalid', `register ${number}`)
    registers.set(number, { name: `register ${number}`, blocks })
  }
  const { validFrom, validUntil } = always
  return ok({
    id: 'standard',
    clock: 'UTC',
    versions: [
      {
        version: 0,
        validFrom: execution === 'atOnce' ? validFrom : execution,
        validUntil,
        standingCharge,
        rates: {
          kind: 'timeOfUse',
          registers,
          days: new Map(
            message.days.map(({ name, switches }) => [
              name,
              switches.map(({ atSeconds, register }) => ({ second: atSeconds, register })),
            ]),
          ),
          weeks: new Map(message.weeks.map(({ name, days }) => [name, days])),
          seasons: message.seasons.map(({ name, start, week }) => ({
            name,
            from: dateOf(start),
            week,
          })),
          specialDays: message.specialDays.map(({ date, day }) => ({ on: dateOf(date), day })),
          blockPeriod: 'month',
        },
      },
    ],
  })
}

const registerIn = ({ register }: { readonly register: number }): number => register

const dateOf = ({ year, month, day }: CalendarDay): YearlyDate => ({
  monthDay: 100 * month + day,
  ...(year === 'any' ? {} : { year }),
})

/** One without an end by time of use; else up to each threshold, and beyond the last. */
function blocksOf(
  { thresholds, prices, priceScale }: ImportTariff,
  register: number,
): readonly Block[] | undefined {
  const { timeOfUse, block } = numbers
  const index = register - block.first
  const ends = [...(thresholds[index] ?? []), endless]
  const blocks: Block[] = []
  for (const [at, end] of ends.slice(0, ends.indexOf(endless) + 1).entries()) {
    const place =
      index < 0 ? register - timeOfUse.first : timeOfUse.count + at * block.count + index
    const price = micropence(prices[place] ?? 0, priceScale)
    if (price === undefined) return undefined
    blocks.push({ price, ...(end === endless ? {} : { upToWattHours: end }) })
  }
  return blocks
}

/** Of units of 10^`scale` pounds; `undefined` where it is no whole number of these, or too much. */
function micropence(value: number, scale: number): Micropence | undefined {
  const power = scale + 8
  const size = power < 0 ? value / 10 ** -power : value * 10 ** power
  const exact = power >= 0 || value % 10 ** -power === 0
  return exact && Math.abs(size) <= most.penceMax * 1_000_000
    ? ((size + 0) as Micropence)
    : undefined
}
