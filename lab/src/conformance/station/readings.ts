import type { Request } from '@interlock/ocpp'
import { absent, describe, including, oneOf, present, type Expectation } from '../match.ts'
import type { Steps } from '../steps.ts'

export type MeterValue = Request<'MeterValues'>['meterValue'][number]

/** The measurand that may go without its name. */
const register = 'Energy.Active.Import.Register'

/** One reading, with a value for each measurand that was asked for. */
export const reading = (context: string, measurands: readonly string[]) => ({
  timestamp: present,
  sampledValue: including(
    ...measurands.map((measurand) => ({
      measurand: measurand === register ? oneOf(register, absent) : measurand,
      context,
      value: present,
    })),
  ),
})

/** An event or message with such a reading. */
export const withReading = (
  context: string,
  measurands: readonly string[],
): { readonly meterValue: Expectation } => ({
  meterValue: including(reading(context, measurands)),
})

const toleranceMillis = 2_000

/** The readings must be so many seconds apart, and the register must not fall between them. */
export function expectEvery(steps: Steps, seconds: number, readings: readonly MeterValue[]): void {
  const times = readings.map(({ timestamp }) => Date.parse(timestamp))
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  const far = gaps.filter((gap) => Math.abs(gap - seconds * 1_000) > toleranceMillis)
  steps.expect(`the readings are ${seconds} s apart`, describe([]), describe(far))
  const values = readings.map(registerOf)
  const falls = values.some((value, index) => value < (values[index - 1] ?? 0))
  steps.expect('the register does not fall', false, falls)
}

const registerOf = ({ sampledValue }: MeterValue): number =>
  sampledValue.find(({ measurand = register }) => measurand === register)?.value ?? NaN

/** Those of a reading whose values are of that context. */
export const ofContext = (readings: readonly MeterValue[], context: string): MeterValue[] =>
  readings.filter(({ sampledValue }) => sampledValue.some((each) => each.context === context))
