import { assert, refused, type Eui64, type Outcome } from '@interlock/kernel'
import { services, type SetTable } from './access.ts'
import { clockLayout, isClockSetting, type ClockSetting } from './clock.ts'
import {
  calendarActivations,
  calendarLayout,
  isControllerCalendar,
  type ControllerCalendar,
} from './controller-calendar.ts'
import { controllerConfiguration, controllerOperation } from './controller-reads.ts'
import {
  credentialsLayout,
  isCredentialsUpdate,
  replacementModes,
  type CredentialsUpdate,
  type ReplacementMode,
} from './credentials.ts'
import { firmwareLayout, isFirmwareActivation, type FirmwareActivation } from './firmware.ts'
import {
  importTariffActivations,
  importTariffLayout,
  importTariffObjects,
} from './import-tariff-layout.ts'
import { isImportTariff, type ImportTariff } from './import-tariff.ts'
import { constant, writeLayout, type Layout, type ReadLayout } from './layout.ts'
import {
  isLoadControlOf,
  loadControlLayout,
  type LoadControl,
  type LoadControlObjects,
} from './load-control.ts'
import { isOffsetLimit, offsetLimitLayout, type OffsetLimit } from './offset-limit.ts'
import { readContent } from './content.ts'
import type { GbcsProblem } from './problems.ts'
import { isCarriedTariff, tariffDocumentLayout, type CarriedTariff } from './tariff-document.ts'
import { isProfilePeriod, profileReadLayout, type ProfilePeriod } from './profile-read.ts'
import { tariffRead } from './tariff-read.ts'
import { isHalfHourlyTariff, tariffLayout, type HalfHourlyTariff } from './tariff.ts'

/**
 * One row per use case: its message code and the fields of its command content. A new message is a
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
  /** The names of what is addressed, in the same order, where an answer may tell them apart. */
  readonly objects?: readonly string[]
  /** What of it comes into force at a date, where it may be future-dated. */
  readonly activations?: readonly SetTable[]
  /** Whether the parameters are ones that the layout can write. */
  readonly takes: (parameters: Parameters) => boolean
  readonly layout: Layout<Parameters>
}

const loadControl = (
  code: number,
  title: string,
  objects: LoadControlObjects,
): UseCaseRow<LoadControl> => ({
  code,
  title,
  standard: code < 0xf000,
  critical: true,
  results: [2, 2, 3],
  takes: isLoadControlOf(objects),
  layout: loadControlLayout(objects),
})

/**
 * Ours, not GBCS: no source has a layout for 7.5 and 7.6. The content is that by which ECS47a switches a
 * load on and off, so that only the code says whose word it is.
 */
const switchLoad = (code: number, title: string, onlyPercent: number): UseCaseRow<LoadControl> =>
  loadControl(code, title, { ...stateObjects, onlyPercent })
const stateObjects = { start: 1, end: 2, script: 103 } as const

/** Its answer is encrypted for who reads it: what it holds is no part of the message. */
const readImportProfile: UseCaseRow<ProfilePeriod & { originator: Eui64; target: Eui64 }> = {
  code: 0x0037,
  title: 'Read Half Hour Profile of Active Import',
  standard: true,
  critical: false,
  results: [services.action],
  takes: isProfilePeriod,
  layout: profileReadLayout,
}

const setOffsetLimit: UseCaseRow<OffsetLimit> = {
  code: 0x004b,
  title: 'Set Randomised Offset Limit',
  standard: true,
  critical: true,
  results: [2],
  takes: isOffsetLimit,
  layout: offsetLimitLayout,
}

const synchroniseClock: UseCaseRow<ClockSetting> = {
  code: 0x0062,
  title: 'Synchronise Clock',
  standard: true,
  critical: true,
  results: [2, 3, 3, 1, 1],
  takes: isClockSetting,
  layout: clockLayout,
}

/** Answered in DER, not with the results of specifications. */
const activateFirmware: UseCaseRow<FirmwareActivation> = {
  code: 0x0012,
  title: 'Activate Firmware',
  standard: true,
  critical: true,
  results: [],
  takes: isFirmwareActivation,
  layout: firmwareLayout,
}

/** Answered in DER, cell by cell. */
const updateCredentials = (
  code: number,
  title: string,
  mode: ReplacementMode,
): UseCaseRow<CredentialsUpdate> => ({
  code,
  title,
  standard: true,
  critical: true,
  results: [],
  takes: (update) => isCredentialsUpdate(update, mode),
  layout: credentialsLayout(mode),
})

const readObjects = (
  code: number,
  title: string,
  reads: Pick<UseCaseRow<object>, 'layout' | 'results' | 'objects'>,
): UseCaseRow<object> => ({
  code,
  title,
  standard: true,
  critical: false,
  takes: () => true,
  ...reads,
})

const setCalendar: UseCaseRow<ControllerCalendar> = {
  code: 0x011a,
  title: 'Set Auxiliary Controller Calendar',
  standard: true,
  critical: true,
  results: [2, 2, 2, 2],
  activations: calendarActivations,
  takes: isControllerCalendar,
  layout: calendarLayout,
}

const setTariffAndPrice: UseCaseRow<ImportTariff> = {
  code: 0x0019,
  title: 'Set Tariff and Price on ESME',
  standard: true,
  critical: true,
  results: importTariffObjects.map(() => services.set),
  objects: importTariffObjects,
  activations: importTariffActivations,
  takes: isImportTariff,
  layout: importTariffLayout,
}

const updateTariff: UseCaseRow<HalfHourlyTariff> = {
  code: 0xf001,
  title: 'Update Half-Hourly Tariff',
  standard: false,
  critical: true,
  results: [2],
  takes: isHalfHourlyTariff,
  layout: tariffLayout,
}

const updateTariffDocument: UseCaseRow<CarriedTariff> = {
  code: 0xf003,
  title: 'Update Tariff Document',
  standard: false,
  critical: true,
  results: [2],
  takes: isCarriedTariff,
  layout: tariffDocumentLayout,
}

/** Answered with the signed command, of the standard or ours, that set the tariff in force. */
const readTariff: UseCaseRow<object> = {
  code: 0xf002,
  title: 'Read Tariff',
  standard: false,
  critical: false,
  results: [1],
  takes: () => true,
  layout: [constant('read of the tariff', 0xf2)],
}

/**
 * Ours, not GBCS: no source has the layout of the standard's reads of registers. Answered with what was counted, as a
 * document.
 */
const readConsumption: UseCaseRow<object> = {
  code: 0xf007,
  title: 'Read Consumption',
  standard: false,
  critical: false,
  results: [1],
  takes: () => true,
  layout: [constant('read of the consumption', 0xf7)],
}

export const useCases = {
  CS02b: updateCredentials(
    0x0102,
    'Update Security Credentials, Supplier by Supplier',
    replacementModes.supplierBySupplier,
  ),
  CS06: activateFirmware,
  ECS01a: setTariffAndPrice,
  ECS22b: readImportProfile,
  ECS24: readObjects(0x003a, 'Read ESME Tariff Data', tariffRead),
  ECS38: setOffsetLimit,
  ECS46d: setCalendar,
  ECS47a: loadControl(0x011e, 'Set Auxiliary Controller State', stateObjects),
  ECS47e: loadControl(0x011f, 'Limit APC Level', { start: 3, end: 4, script: 107 }),
  ActivateLoad: switchLoad(0xf005, 'Activate Auxiliary Load', 100),
  DeactivateLoad: switchLoad(0xf006, 'Deactivate Auxiliary Load', 0),
  ECS61d: readObjects(0x011c, 'Read Auxiliary Controllers', controllerConfiguration),
  ECS61e: readObjects(0x011d, 'Read Operation of Controllers', controllerOperation),
  ECS70: synchroniseClock,
  UpdateHalfHourlyTariff: updateTariff,
  UpdateTariffDocument: updateTariffDocument,
  ReadTariff: readTariff,
  ReadConsumption: readConsumption,
  CS02g: updateCredentials(
    0x0126,
    'Update Security Credentials, Load Controller by Supplier',
    replacementModes.loadControllerBySupplier,
  ),
} as const

/** The use cases that replace certificates in trust-anchor cells, each with who may replace whose. */
export const credentialsUpdates = {
  CS02b: replacementModes.supplierBySupplier,
  CS02g: replacementModes.loadControllerBySupplier,
} as const satisfies Readonly<Partial<Record<keyof typeof useCases, ReplacementMode>>>
export type CredentialsUseCase = keyof typeof credentialsUpdates
export const updatesCredentials = (useCase: string): useCase is CredentialsUseCase =>
  Object.hasOwn(credentialsUpdates, useCase)

/** The use cases that set a meter's tariff: the standard's, and ours. */
export const tariffUpdates = ['ECS01a', 'UpdateHalfHourlyTariff', 'UpdateTariffDocument'] as const

export type UseCase = keyof typeof useCases
export type ParametersOf<Name extends UseCase> =
  (typeof useCases)[Name] extends UseCaseRow<infer Parameters> ? Parameters : never

export const useCaseOf = (code: number): UseCase | undefined =>
  (Object.keys(useCases) as UseCase[]).find((name) => useCases[name].code === code)

const rowOf = (name: UseCase): UseCaseRow<object> => useCases[name] as UseCaseRow<object>

/** What of a command comes into force at a date; nothing where it is never future-dated. */
export const activationsOf = (name: UseCase): readonly SetTable[] => rowOf(name).activations ?? []

/** Whether these are parameters of the use case that its layout can write. */
export const takes = (name: UseCase, parameters: object): boolean => rowOf(name).takes(parameters)

/** @throws Error unless the use case takes the parameters: a bug. */
export function encodeContent(name: UseCase, parameters: object, counter: bigint): Uint8Array {
  assert(takes(name, parameters), `parameters that ${name} takes, each within its limits`)
  return writeLayout(rowOf(name).layout, parameters, counter)
}

/**
 * The parameters, only when the content is, to the byte, what they would be written as, and they fit
 * one another.
 */
export function decodeContent(
  name: UseCase,
  content: Uint8Array,
  counter: bigint,
): Outcome<ReadLayout<object>, GbcsProblem> {
  const read = readContent(rowOf(name).layout, content, counter)
  return !read.ok || takes(name, read.value.values)
    ? read
    : refused('ContentMalformed', `parameters: ${name} takes none that do not fit one another`)
}
