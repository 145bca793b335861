import type { BrokerConfig } from '@interlock/broker'
import type { KeysConfig } from '@interlock/keys'
import { organisations } from './address-book.ts'
import { base, https, listen, type Plan } from './configs.ts'

const administrators = [organisations.supervisor]

export function brokerConfig(plan: Plan): BrokerConfig {
  const folder = plan.layout.server('broker')
  return {
    ...base('broker', 'Middleware', folder),
    identity: folder.charging,
    trust: { charging: plan.layout.trust.charging },
    listen: listen(plan, 'broker'),
    carrier: { kind: 'own' },
    keptMax: 200_000,
    shareMax: 150_000,
    pace: { burst: 20_000, perSecond: 2_000 },
    administrators,
    keyServer: organisations.keys,
  }
}

export function keysConfig(plan: Plan): KeysConfig {
  const folder = plan.layout.server('keys')
  return {
    ...base('keys', 'Key server', folder),
    identity: folder.charging,
    trust: { charging: plan.layout.trust.charging },
    listen: listen(plan, 'keys'),
    accessPoint: https(plan, 'broker'),
    administrators,
  }
}
