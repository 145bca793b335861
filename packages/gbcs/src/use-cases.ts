import { sameBytes } from '@interlock/kernel'
import {
  decodeLoadControl,
  encodeLoadControl,
  type LoadControl,
  type LoadControlObjects,
} from './load-control.ts'
import { decodeTariff, encodeTariff, type HalfHourlyTariff } from './tariff.ts'

/**
 * One row per use case: its message code and the codec of its command content. A new message is a
 * new row. `standard` is false for message codes that are ours and not in GBCS.
 */
export type UseCaseRow<Parameters extends object> = {
  readonly code: number
  readonly title: string
  readonly standard: boolean
  /** A critical command needs the originator's signature besides the DCC's MAC. */
  readonly critical: boolean
  /** The DLMS specifications (1 get, 2 set, 3 action) whose results the response lists. */
  readonly results: readonly number[]
  readonly encode: (parameters: Parameters, counter: bigint) => Uint8Array
  /** `undefined` unless the content is exactly what `encode` writes. */
  readonly decode: (content: Uint8Array, counter: bigint) => Parameters | undefined
}

const loadControl = (
  code: number,
  title: string,
  objects: LoadControlObjects,
): UseCaseRow<LoadControl> => ({
  code,
  title,
  standard: true,
  critical: true,
  results: [2, 2, 3],
  encode: (parameters, counter) => encodeLoadControl(parameters, objects, counter),
  decode: (content, counter) => decodeLoadControl(content, objects, counter),
})

const updateTariff: UseCaseRow<HalfHourlyTariff> = {
  code: 0xf001,
  title: 'Update Half-Hourly Tariff',
  standard: false,
  critical: true,
  results: [2],
  encode: (parameters) => encodeTariff(parameters),
  decode: (content) => decodeTariff(content),
}

const readTariffContent = Uint8Array.of(0xf2)
const readTariff: UseCaseRow<object> = {
  code: 0xf002,
  title: 'Read Half-Hourly Tariff',
  standard: false,
  critical: false,
  results: [1],
  encode: () => readTariffContent,
  decode: (content) => (sameBytes(content, readTariffContent) ? {} : undefined),
}

export const useCases = {
  ECS47a: loadControl(0x011e, 'Set Auxiliary Controller State', { start: 1, end: 2, script: 103 }),
  ECS47e: loadControl(0x011f, 'Limit APC Level', { start: 3, end: 4, script: 107 }),
  UpdateHalfHourlyTariff: updateTariff,
  ReadHalfHourlyTariff: readTariff,
} as const

export type UseCase = keyof typeof useCases
export type ParametersOf<Name extends UseCase> =
  (typeof useCases)[Name] extends UseCaseRow<infer Parameters> ? Parameters : never

export const useCaseOf = (code: number): UseCase | undefined =>
  (Object.keys(useCases) as UseCase[]).find((name) => useCases[name].code === code)
