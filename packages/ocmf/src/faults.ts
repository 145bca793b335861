import { inherited } from './readings.ts'
import type { Payload } from './record.ts'

/** `ST` of a reading, where it is not G. */
const states: Readonly<Record<string, string>> = {
  N: 'no meter is there',
  T: 'the meter did not answer in time',
  D: 'the meter was disconnected',
  R: 'the meter was not found',
  M: 'the meter was tampered with',
  X: 'the meter was exchanged',
  I: 'the meter is not compatible',
  O: 'the value is out of range',
  S: 'the value is a substitute',
  E: 'the meter is in error',
  F: 'the meter could not be read',
}

/** What the meter itself says against its readings: signed all the same, and no value to bill by. */
export function faultsIn({ RD }: Payload): readonly string[] {
  if (RD.length === 0) return ['it has no reading']
  return inherited(RD).flatMap(({ EF = '', ST = 'G' }, index) => {
    const said = [
      ...(ST === 'G' ? [] : [`${states[ST] ?? 'a state that is not of the format'} (ST ${ST})`]),
      ...(EF.includes('E') ? ['the energy is wrong (EF E)'] : []),
      ...(EF.includes('t') ? ['the time is wrong (EF t)'] : []),
    ]
    return said.map((words) => `reading ${index + 1}: ${words}`)
  })
}
