import type { SupplierConfig } from '@interlock/supplier'
import { base, dccCertificate, https, listen, type Plan } from './configs.ts'

export function supplierConfig(plan: Plan): SupplierConfig {
  const folder = plan.layout.server('supplier')
  return {
    ...base('supplier', 'Acacia Energy', folder),
    identity: folder.smartMeter,
    trust: { smartMeter: plan.layout.trust.smartMeter },
    listen: listen(plan, 'supplier'),
    dcc: https(plan, 'dcc'),
    dccCertificate: dccCertificate(plan),
    meters: plan.homes.map((home) => home.meter),
    clocks: plan.homes.map((home) => home.llcs),
    clockMinutes: 360,
    keptDays: 62,
  }
}
