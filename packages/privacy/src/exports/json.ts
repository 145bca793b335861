import { toIso } from '@interlock/kernel'
import type { MeterHistory } from './interval.ts'

/** The history as a JSON document that says its own units. */
export const toJson = ({ station, intervals }: MeterHistory): string =>
  JSON.stringify({
    station,
    unit: 'Wh',
    intervals: intervals.map((each) => ({
      from: toIso(each.from),
      until: toIso(each.until),
      import: each.importWattHours,
      export: each.exportWattHours,
      quality: each.isEstimated ? 'estimated' : 'measured',
    })),
  })
