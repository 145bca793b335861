import { checkConfig, readText } from '@interlock/host'
import { Fault, fromIso, parseJson, type Instant } from '@interlock/kernel'
import { Type, type TProperties } from 'typebox'
import { blockMillis, blocksPerDay, type LoadSeries } from './load-series.ts'
import type { TemperatureSeries } from './temperatures.ts'

/** Eight weeks: twice what a forecast looks back. */
const blocksMax = 56 * blocksPerDay

/** A value of each quarter of an hour, `null` where nobody knows it. */
const values = (minimum: number, maximum: number, maxItems: number) =>
  Type.Array(Type.Union([Type.Number({ minimum, maximum }), Type.Null()]), { maxItems })
const fileOf = <Series extends TProperties>(series: Series) =>
  Type.Object(
    {
      /** Start of the first block, RFC 3339, on a quarter of an hour. */
      from: Type.String({ minLength: 20, maxLength: 30 }),
      ...series,
    },
    { additionalProperties: false },
  )
/** The file of a feeder's load without vehicles: mean watts. */
const HistoryFile = fileOf({ watts: values(-1e9, 1e9, blocksMax) })
/** The file of the temperature out of doors, of the history and of the days to come. */
const TemperatureFile = fileOf({ celsius: values(-90, 60, blocksMax + 7 * blocksPerDay) })

/** @throws Fault `FileUnreadable` or `ConfigInvalid`, naming the file. */
export function readHistory(path: string): LoadSeries {
  const { from, watts } = checkConfig(path, parsed(path), HistoryFile)
  return { from: quarter(path, from), watts: watts.map((load) => load ?? undefined) }
}

/** @throws Fault `FileUnreadable` or `ConfigInvalid`, naming the file. */
export function readTemperatures(path: string): TemperatureSeries {
  const { from, celsius } = checkConfig(path, parsed(path), TemperatureFile)
  return { from: quarter(path, from), celsius: celsius.map((each) => each ?? undefined) }
}

function parsed(path: string): unknown {
  const json = parseJson(readText(path), 3)
  if (!json.ok) throw new Fault('ConfigInvalid', `${path}: ${json.reason}`)
  return json.value
}

function quarter(path: string, text: string): Instant {
  const from = fromIso(text)
  if (from === undefined || from % blockMillis !== 0)
    throw new Fault('ConfigInvalid', `${path}: from is not a quarter of an hour: ${text}`)
  return from
}
