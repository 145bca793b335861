import type { KnockRow, Knocks } from '../shared/shapes.ts'
import { number, record, text } from './street.ts'

/** Reads what the CSMS says of who knocks; what cannot be read is left out rather than guessed at. */
export function parseKnocks({ knocks, more }: { knocks: unknown; more: boolean }): Knocks {
  const all: unknown[] = Array.isArray(knocks) ? knocks : []
  return { knocks: all.flatMap((each) => parseKnock(record(each)) ?? []), more }
}

function parseKnock(row: Readonly<Record<string, unknown>>): KnockRow | undefined {
  const id = text(row['id'])
  if (id === '') return undefined
  const [register, barred] = [record(row['register']), record(row['barred'])]
  const reason = text(barred['reason'])
  const trustMode = text(register['trustMode'])
  return {
    id,
    times: number(row['times']),
    lastAt: number(row['lastAt']),
    reason: text(row['reason']),
    securityProfile: number(row['securityProfile']) || undefined,
    securityProfiles: numbersIn(row['securityProfiles']),
    register:
      trustMode === ''
        ? undefined
        : { trustMode, eui: text(register['eui']), ratingWatts: number(register['ratingWatts']) },
    barred: reason === '' ? undefined : { reason, detail: text(barred['detail']) },
  }
}

const numbersIn = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.slice(0, 3).map(number) : []
