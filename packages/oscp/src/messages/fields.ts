import { fromIso, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { Type } from 'typebox'
import { oscpLimits } from '../limits.ts'

/** Fields that messages share. Unknown members are permitted by the standard and not read. */
export const Name = Type.String({ minLength: 1, maxLength: oscpLimits.nameCharsMax })
export const Text = Type.String({ maxLength: oscpLimits.textCharsMax })
export const Time = Type.String({ minLength: 20, maxLength: 35 })
export const Quantity = Type.Number({
  minimum: -oscpLimits.capacityMax,
  maximum: oscpLimits.capacityMax,
})

export const phases = ['UNKNOWN', 'ONE', 'TWO', 'THREE', 'ALL'] as const
export const Phase = Type.Enum([...phases])
export type Phase = (typeof phases)[number]

export type BodyProblem = 'BodyInvalid' | 'TimesInvalid'
export type Body<Value> = Outcome<Value, BodyProblem>

export function timeOf(text: string, name: string): Body<Instant> {
  const at = fromIso(text)
  return at === undefined ? refused('BodyInvalid', `${name}: no date-time: ${text}`) : ok(at)
}

/** Reads every item, or gives the first refusal. */
export function each<From, To>(
  items: readonly From[],
  read: (item: From, at: number) => Body<To>,
): Body<To[]> {
  const done: To[] = []
  for (const [at, item] of items.entries()) {
    const value = read(item, at)
    if (!value.ok) return value
    done.push(value.value)
  }
  return ok(done)
}
