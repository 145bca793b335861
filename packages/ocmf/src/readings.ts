import type { OcmfRecord, Reading } from './record.ts'

/** A reading leaves out what is the same as in the one before it in its record. */
export function inherited(readings: readonly Reading[]): readonly Reading[] {
  let before: Reading = {}
  return readings.map((reading) => {
    const { RI, RU, ST } = before
    before = {
      ...(RI !== undefined && { RI }),
      ...(RU !== undefined && { RU }),
      ...(ST !== undefined && { ST }),
      ...reading,
    }
    return before
  })
}

const wattHoursIn: Readonly<Record<string, number>> = { Wh: 1, kWh: 1_000 }

/** `undefined` where it is no number, or of no unit of energy. Whole milliwatt-hours: sums of decimals are not exact. */
export function wattHoursOf({ RV, RU }: Reading): number | undefined {
  const unit = wattHoursIn[RU ?? '']
  const isNumber =
    typeof RV === 'number' || (typeof RV === 'string' && /^ *-?\d+(\.\d+)?$/.test(RV))
  return unit === undefined || !isNumber ? undefined : Math.round(Number(RV) * unit * 1_000) / 1_000
}

/** The register as a record leaves it. */
export function readingAtEnd({ payload }: OcmfRecord): number | undefined {
  const last = inherited(payload.RD).at(-1)
  return last && wattHoursOf(last)
}

/**
 * OBIS codes of registers that count active energy taken: `1-b:1.8.e`, of any channel and tariff, and those that OCMF reserves for
 * charging points, B0 to B3 (at the meter or, with losses compensated, at the vehicle; in all or of the transaction).
 */
const importCode = /^0?1-(\d{1,2}|b):(0?1|B[0-3])\.0?8\.(\d{1,2}|e)([.*][0-9A-F]{1,3})?$/i

/** Whether a reading says that it counts energy taken, and no export, power, balance or period. */
export const isOfImport = ({ RI }: Reading): boolean => importCode.test(RI ?? '')
