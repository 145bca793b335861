import type { Crypto, Instant } from '@interlock/kernel'
import { toCsv } from './csv.ts'
import { toGreenButton } from './green-button.ts'
import type { MeterHistory } from './interval.ts'
import { toJson } from './json.ts'

/** Content types of the formats that a history is given in. */
export const exportFormats = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  greenButton: 'application/atom+xml; charset=utf-8',
} as const
export type ExportFormat = keyof typeof exportFormats

export const isExportFormat = (name: string): name is ExportFormat =>
  Object.hasOwn(exportFormats, name)

const writers: Readonly<
  Record<
    ExportFormat,
    (history: MeterHistory, now: Instant, crypto: Pick<Crypto, 'sha256'>) => string
  >
> = { csv: toCsv, json: toJson, greenButton: toGreenButton }

export const writeExport = (
  format: ExportFormat,
  history: MeterHistory,
  now: Instant,
  crypto: Pick<Crypto, 'sha256'>,
): string => writers[format](history, now, crypto)
