import { basename } from 'node:path'
import { checkConfig, readText } from '@interlock/host'
import { Fault, parseJson, toIso } from '@interlock/kernel'
import { halfHourMillis } from '@interlock/power'
import {
  tariffDepthMax,
  tariffLimits,
  tariffOf,
  tariffProblems,
  TariffDocument,
  type Tariff,
} from '@interlock/tariff'
import { readTariffFile, type PriceRow } from './tariff-file.ts'

/**
 * A tariff to price with: a tariff document (JSON), or half-hourly prices as `readTariffFile` takes
 * them, whose name ends in `.csv` or `.csv.gz`.
 *
 * @throws Fault TariffInvalid | ConfigInvalid | BadLine | FileUnreadable, naming file and field
 */
export function readPricedTariff(path: string): Tariff {
  const document = /\.csv(\.gz)?$/.test(path) ? halfHourly(path) : parsed(path)
  const tariff = tariffOf(document)
  if (tariff.ok) return tariff.value
  const { reason, detail = '' } = tariff
  throw invalid(`${path}: ${detail} (${tariffProblems[reason]})`)
}

function parsed(path: string): TariffDocument {
  const json = parseJson(readText(path), tariffDepthMax)
  if (!json.ok) throw invalid(`${path}: ${json.reason} ${json.detail ?? ''}`.trim())
  return checkConfig(path, json.value, TariffDocument)
}

/** One version for each run of prices without a gap, so that what lies in a gap has no price. */
function halfHourly(path: string): TariffDocument {
  const runs: [PriceRow, ...PriceRow[]][] = []
  for (const row of readTariffFile(path)) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    const goesOn = last !== undefined && row.from === last.from + halfHourMillis
    if (goesOn && run !== undefined && run.length < tariffLimits.halfHoursMax) run.push(row)
    else runs.push([row])
    if (last !== undefined && row.from <= last.from)
      throw invalid(`${path}: ${toIso(row.from)} comes twice, or after a later half-hour`)
  }
  if (runs.length === 0 || runs.length > tariffLimits.versionsMax)
    throw invalid(`${path}: it has no prices, or more than ${tariffLimits.versionsMax} gaps`)
  return {
    tariff: basename(path).slice(0, 64),
    clock: 'UTC',
    versions: runs.map((run, index) => ({
      version: index + 1,
      validFrom: toIso(run[0].from),
      standingChargePencePerDay: 0,
      halfHourlyPencePerKilowattHour: run.map(({ pencePerKilowattHour }) => pencePerKilowattHour),
    })),
  }
}

const invalid = (message: string): Fault =>
  new Fault('TariffInvalid', message, {
    remedy: 'correct the file; docs/operating/tariffs.md describes every field',
  })
