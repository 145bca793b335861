export { SupplierConfig } from './config.ts'
export type { Published } from './rounds.ts'
export { startSupplier, type SupplierRunning } from './supplier.ts'
export { TariffOrder } from './tariff.ts'
