import { checkConfig, readText } from '@interlock/host'
import { Fault, fromIso, parseJson } from '@interlock/kernel'
import { Type } from 'typebox'
import { blockMillis, blocksPerDay, type LoadSeries } from './load-series.ts'

/** Eight weeks: twice what a forecast looks back. */
const blocksMax = 56 * blocksPerDay

/** The file of a feeder's load without vehicles: mean watts of each quarter of an hour. */
const HistoryFile = Type.Object(
  {
    /** Start of the first block, RFC 3339, on a quarter of an hour. */
    from: Type.String({ minLength: 20, maxLength: 30 }),
    /** `null` where the meter said nothing. */
    watts: Type.Array(Type.Union([Type.Number({ minimum: -1e9, maximum: 1e9 }), Type.Null()]), {
      maxItems: blocksMax,
    }),
  },
  { additionalProperties: false },
)

/** @throws Fault `FileUnreadable` or `ConfigInvalid`, naming the file. */
export function readHistory(path: string): LoadSeries {
  const json = parseJson(readText(path), 3)
  if (!json.ok) throw new Fault('ConfigInvalid', `${path}: ${json.reason}`)
  const { from: text, watts } = checkConfig(path, json.value, HistoryFile)
  const from = fromIso(text)
  if (from === undefined || from % blockMillis !== 0)
    throw new Fault('ConfigInvalid', `${path}: from is not a quarter of an hour: ${text}`)
  return { from, watts: watts.map((load) => load ?? undefined) }
}
