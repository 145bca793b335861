export type { CalendarDate } from './calendar-date.ts'
export { weekdays } from './controller-schedule.ts'
export type {
  ControllerSchedule,
  ControllerSchedulesBody,
  SpecialDay,
} from './controller-schedule.ts'
export {
  credentialsRoles,
  type CredentialsBody,
  type CredentialsRole,
  type ReplacementCertificates,
} from './credentials.ts'
export type { SwitchingTable, TimeOfUseTariffBody } from './time-of-use-tariff.ts'
export { cancellation } from './bodies.ts'
export type {
  AuxiliaryLoadBody,
  ClockBody,
  DecommissionBody,
  FirmwareBody,
  LoadControlBody,
  LocalResponseBody,
  OffsetLimitBody,
  ReadControllersBody,
  PrenotificationBody,
  ReadTariffBody,
  ReadConsumptionBody,
  ReadImportProfileBody,
  RequestBody,
  SignedPreCommandBody,
  TariffBody,
  TariffDocumentBody,
} from './bodies.ts'
export * from './answer.ts'
export * from './command-variants.ts'
export * from './dcc-alert.ts'
export * from './device-status.ts'
export * from './problems.ts'
export * from './request.ts'
export * from './response-codes.ts'
export * from './response.ts'
export * from './services.ts'
export * from './signature.ts'
export { formatRequestId, parseRequestId, type RequestId } from './values.ts'
