export { askCompany, type CompanyAsking } from './company-request.ts'
export { SupplierConfig } from './config.ts'
export {
  CalendarOrder,
  calendarRequest,
  loadRequest,
  type ControllerRequest,
} from './controller-orders.ts'
export type { CustomerBillDocument, CustomerUsageDocument } from './customers/customer-endpoints.ts'
export type { SettlementDocument } from './customers/compare-settlement.ts'
export { readControllers, type ControllerRead, type ControllersShown } from './controller-reads.ts'
export { askCritical, type Asking, type CriticalRequest } from './critical-request.ts'
export { notificationOf, NotificationOrder } from './device-orders.ts'
export { credentialsIn, replaceCredentials } from './credentials.ts'
export type { Published } from './rounds.ts'
export { startSupplier, type SupplierRunning } from './supplier.ts'
export { TariffOrder } from './tariff.ts'
