import {
  activationsOf,
  resultCodes,
  useCases,
  type AlertCode,
  type CarriedTariff,
  type ControllerCalendar,
  type ControllerConfiguration,
  type ControllerOperation,
  type Execution,
  type ExecutionAlert,
  type CredentialsReport,
  type CredentialsUpdate,
  type FirmwareActivation,
  type HalfHourlyTariff,
  type ImportTariff,
  type LoadControl,
  type OffsetLimit,
  type TariffShown,
  type UseCase,
} from '@interlock/gbcs'
import { fromHex, fromIso, toHex, toIso, type Instant } from '@interlock/kernel'
import {
  days,
  entries,
  seasons,
  shownThresholds,
  specialDays,
  tariffSpecialDays,
  thresholds,
  weeks,
} from './calendar-json.ts'
import { cells, path, replacements } from './credentials-json.ts'

/** How one value of a content stands in JSON; `read` gives `undefined` for what it may not be. */
export type Spelling = {
  readonly write: (value: never) => unknown
  readonly read: (json: unknown) => unknown
  readonly expected: string
}
const same = (value: unknown): unknown => value

const whole = (low: number, high: number): Spelling => ({
  write: same,
  read: (json) =>
    Number.isInteger(json) && Number(json) >= low && Number(json) <= high ? json : undefined,
  expected: `a whole number from ${low} to ${high}`,
})
const oneOf = (...names: readonly string[]): Spelling => ({
  write: same,
  read: (json) => names.find((each) => each === json),
  expected: `one of ${names.join(', ')}`,
})
const time: Spelling = {
  write: (value: Instant) => toIso(value),
  read: (json) => (typeof json === 'string' ? fromIso(json) : undefined),
  expected: 'a date-time such as 2026-01-05T18:00:00.000Z',
}

const hex: Spelling = {
  write: (value: Uint8Array) => toHex(value),
  read: (json) => (typeof json === 'string' ? fromHex(json) : undefined),
  expected: 'hex',
}

const resultName = oneOf(...Object.keys(resultCodes))
const scale = whole(-0x80, 0x7f)

/** Of five controllers; `null` where it was not read. */
const five: Spelling = {
  write: same,
  read: (json) =>
    Array.isArray(json) && json.every((each) => each === null || typeof each === 'string')
      ? json
      : undefined,
  expected: 'a list of texts and nulls',
}

const floor: Spelling = {
  write: String,
  read: (json) => (typeof json === 'string' && /^\d{1,19}$/.test(json) ? BigInt(json) : undefined),
  expected: 'a number from 0 to 2^63 - 1 in decimal, as text',
}

/** The use cases that an alert may say were carried out at their date. */
const futureDated = (Object.keys(useCases) as UseCase[]).filter(
  (each) => activationsOf(each).length > 0,
)

type Key =
  | keyof LoadControl
  | keyof OffsetLimit
  | keyof HalfHourlyTariff
  | keyof CarriedTariff
  | keyof FirmwareActivation
  | keyof CredentialsUpdate
  | keyof ControllerCalendar
  | keyof ImportTariff
  | keyof CredentialsReport
  | keyof ControllerConfiguration
  | keyof ControllerOperation
  | keyof TariffShown
  | 'result'
  | 'results'
  | keyof Pick<ExecutionAlert, 'useCase' | 'commandCounter' | 'object' | 'at'>
  | 'data'
const spellings: Readonly<Record<Key, Spelling>> = {
  controller: whole(1, 5),
  direction: oneOf('import', 'export'),
  levelPercent: whole(0, 100),
  from: time,
  until: time,
  limitSeconds: whole(0, 1_799),
  version: whole(0, 0xffff_ffff),
  prices: {
    write: same,
    read: (json: unknown) =>
      Array.isArray(json) && json.every(Number.isInteger) ? json : undefined,
    expected: 'a list of whole numbers',
  },
  result: resultName,
  results: {
    write: same,
    read: (json) =>
      Array.isArray(json) && json.every((each) => resultName.read(each) !== undefined)
        ? json
        : undefined,
    expected: `a list, each ${resultName.expected}`,
  },
  data: hex,
  document: hex,
  useCase: oneOf(...futureDated),
  commandCounter: {
    write: String,
    read: (json) =>
      typeof json === 'string' && /^\d{1,20}$/.test(json) && BigInt(json) < 1n << 64n
        ? BigInt(json)
        : undefined,
    expected: 'a 64-bit number in decimal, as text',
  },
  object: oneOf(
    ...new Set(futureDated.flatMap((each) => activationsOf(each).map(({ name }) => name))),
  ),
  at: time,
  hash: hex,
  floor,
  topUpFloor: floor,
  entries,
  specialDays,
  seasons,
  weeks,
  days,
  tariffSpecialDays,
  thresholds,
  activePrice: whole(0, 0xffff_ffff),
  activePriceScale: scale,
  currency: oneOf('pounds'),
  standingCharge: whole(-0x8000, 0x7fff),
  standingChargeScale: scale,
  priceScale: scale,
  execution: {
    write: (value: Execution) => (typeof value === 'string' ? value : toIso(value)),
    read: (json: unknown) =>
      json === 'atOnce' || json === 'never'
        ? json
        : typeof json === 'string'
          ? fromIso(json)
          : undefined,
    expected: 'atOnce, never or a date-time',
  },
  replacements,
  path,
  timeChecks: {
    write: same,
    read: (json) => (typeof json === 'boolean' ? json : undefined),
    expected: 'true or false',
  },
  cells,
  descriptions: five,
  kinds: five,
  states: five,
  twoByteLengths: {
    write: same,
    read: (json) => (json === true ? json : undefined),
    expected: 'true, or absent',
  },
}

const load = ['controller', 'direction', 'levelPercent', 'from', 'until'] as const
const credentials = ['floor', 'topUpFloor', 'replacements', 'path', 'timeChecks'] as const
/** What each content holds. */
export const commandKeys: Readonly<Record<UseCase, readonly Key[]>> = {
  CS02b: credentials,
  CS02g: credentials,
  CS06: ['hash'],
  ECS01a: [
    'seasons',
    'weeks',
    'days',
    'specialDays',
    'thresholds',
    'standingChargeScale',
    'standingCharge',
    'priceScale',
    'prices',
    'execution',
  ],
  ECS22b: ['from', 'until'],
  ECS24: [],
  ECS38: ['limitSeconds'],
  ECS61d: [],
  ECS61e: [],
  ECS70: ['from', 'until'],
  ECS46d: ['specialDays', 'entries', 'execution'],
  ECS47a: load,
  ECS47e: load,
  ActivateLoad: load,
  DeactivateLoad: load,
  UpdateHalfHourlyTariff: ['version', 'from', 'prices'],
  UpdateTariffDocument: ['version', 'document'],
  ReadTariff: [],
  ReadConsumption: [],
}
type Spellings = Readonly<Partial<Record<Key, Spelling>>>
/** Where a use case has another form of what others have under the same name. */
export const commandSpellings: Readonly<Partial<Record<UseCase, Spellings>>> = {
  ECS01a: { specialDays: tariffSpecialDays },
}
export const responseSpellings: Spellings = { thresholds: shownThresholds }
export const alertKeys: Readonly<Record<AlertCode, readonly Key[]>> = {
  ECS101: load,
  ECS102: load,
  FutureDated: ['useCase', 'commandCounter', 'object', 'at'],
}
export const responseKeys: readonly Key[] = [
  'result',
  'results',
  'data',
  'floor',
  'topUpFloor',
  'cells',
  'twoByteLengths',
  'descriptions',
  'specialDays',
  'entries',
  'kinds',
  'states',
  'activePrice',
  'activePriceScale',
  'seasons',
  'weeks',
  'days',
  'tariffSpecialDays',
  'thresholds',
  'currency',
  'standingChargeScale',
  'standingCharge',
  'priceScale',
  'prices',
]
/** What may be absent of a command, and of a response. */
export const commandOptional: readonly Key[] = ['topUpFloor']
export const responseOptional: readonly Key[] = responseKeys.filter((key) => key !== 'result')

export const contentJson = (keys: readonly Key[], values: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => (keys as readonly string[]).includes(key))
      .map(([key, value]) => [key, spellings[key as Key].write(value as never)]),
  )

/** The values of a content. @throws FieldProblem naming the member that is missing or wrong. */
export function readContentJson(
  keys: readonly Key[],
  json: Readonly<Record<string, unknown>>,
  optional: readonly Key[] = [],
  own: Spellings = {},
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const key of keys) {
    if (optional.includes(key) && json[key] === undefined) continue
    const { read, expected } = own[key] ?? spellings[key]
    const value = read(json[key])
    if (value === undefined) throw new FieldProblem(`content.${key}`, `must be ${expected}`)
    values[key] = value
  }
  return values
}

/** A member of the JSON that cannot be used; caught where a document is read. */
export class FieldProblem extends Error {
  override readonly name = 'FieldProblem'
  readonly field: string

  constructor(field: string, words: string) {
    super(words)
    this.field = field
  }
}
