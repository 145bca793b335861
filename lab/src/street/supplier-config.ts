import type { SupplierConfig } from '@interlock/supplier'
import { feeder, organisations } from './address-book.ts'
import { base, dccCertificate, https, listen, middlewareOf, type Plan } from './configs.ts'

export function supplierConfig(plan: Plan): SupplierConfig {
  const folder = plan.layout.server('supplier')
  return {
    ...base('supplier', 'Acacia Energy', folder),
    identity: folder.smartMeter,
    chargingIdentity: folder.charging,
    trust: plan.layout.trust,
    middleware: middlewareOf(plan),
    customers: plan.homes.map(({ station }) => ({
      feeder,
      station,
      csms: organisations.csms,
      reads: ['halfHourly' as const],
    })),
    listen: listen(plan, 'supplier'),
    dcc: https(plan, 'dcc'),
    dccCertificate: dccCertificate(plan),
    meters: plan.homes.map((home) => home.meter),
    clocks: plan.homes.flatMap(({ meter, llcs }) => [meter, llcs]),
    clockMinutes: 360,
    keptDays: 62,
  }
}
