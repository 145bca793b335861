export * from './alert.ts'
export * from './answer.ts'
export * from './arm.ts'
export { type CalendarDay, type Execution } from './calendar-day.ts'
export * from './calendar-problem.ts'
export * from './clock.ts'
export * from './command.ts'
export {
  calendarEntriesMax,
  specialDaysMax,
  type CalendarEntry,
  type ControllerCalendar,
} from './controller-calendar.ts'
export type {
  ControllerConfiguration,
  ControllerKind,
  ControllerOperation,
} from './controllers-response.ts'
export {
  cellOutcomes,
  resultOfCells,
  type CellHolder,
  type CellOutcome,
  type CellReport,
  type CredentialsReport,
} from './credentials-response.ts'
export {
  pathCertificatesMax,
  replacementModes,
  replacementsMax,
  type CredentialsUpdate,
  type Replacement,
  type ReplacementMode,
} from './credentials.ts'
export * from './date-time.ts'
export * from './device.ts'
export {
  carriedOutCode,
  executionsOf,
  executionWords,
  isExecuted,
  type ExecutionAlert,
} from './execution-alert.ts'
export * from './firmware.ts'
export * from './frame.ts'
export { importTariffObjects } from './import-tariff-layout.ts'
export {
  importTariffPrices,
  isImportTariff,
  registers,
  type ImportTariff,
  type TariffSwitch,
} from './import-tariff.ts'
export { type Part } from './layout.ts'
export * from './load-control.ts'
export {
  addMac,
  hasMacHeader,
  unwrapMac,
  verifyMac,
  wrapMac,
  type MacKeys,
  type MacProblem,
  type Wrapped,
} from './mac.ts'
export * from './message.ts'
export * from './offset-limit.ts'
export * from './problems.ts'
export {
  isProfileReadable,
  profileBytes,
  profileEntriesMax,
  readProfile,
  type ProfileEntry,
  type ProfilePeriod,
} from './profile-read.ts'
export { protect, unprotect, type Protected } from './protect.ts'
export * from './response.ts'
export { answerOfAll, resultCodes, type ResultCode } from './result-codes.ts'
export * from './tariff.ts'
export * from './tariff-document.ts'
export { type TariffShown } from './tariff-response.ts'
export * from './trust-anchor-cell.ts'
export * from './use-cases.ts'
