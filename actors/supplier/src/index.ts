export { SupplierConfig } from './config.ts'
export { startSupplier, type Published, type SupplierRunning } from './supplier.ts'
export { TariffOrder } from './tariff.ts'
