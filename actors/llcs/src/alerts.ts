import { encodeAlerts, type Told } from '@interlock/gbcs'
import { alertFacts } from '@interlock/host'
import { fromBase64, toBase64 } from '@interlock/kernel'
import { heldArms, marked, type Memory } from './core/memory.ts'
import type { Llcs } from './llcs.ts'

const alertsMax = 64

/**
 * The change to the memory by which these, numbered and signed, wait for the data company. What there is no room for
 * any more, the oldest, is on the record.
 */
export function alertsAdded(
  { keeper, identity, deps, audit, eui: device }: Llcs,
  alerts: readonly Told[],
): Pick<Memory, 'alerts' | 'alertCounter'> {
  const last = BigInt(keeper.memory.alertCounter)
  const added = encodeAlerts(alerts, { device, last }, identity.key, deps.crypto)
  const waiting = [...keeper.memory.alerts, ...added.map(toBase64)]
  for (const dropped of waiting.slice(0, -alertsMax))
    audit.critical('AlertDropped', alertFacts(fromBase64(dropped) ?? new Uint8Array()))
  return {
    alertCounter: `${last + BigInt(alerts.length)}`,
    alerts: waiting.slice(-alertsMax),
  }
}

/**
 * The charger moved its load under an arm, or moved it back: the data company is told, since an arm
 * that nobody used gives its budget back.
 */
export function onUsed(llcs: Llcs, digest: string, change: 'change' | 'return'): void {
  const { keeper, deps, anchors } = llcs
  const held = heldArms(keeper.memory, deps.clock.now(), deps.crypto)
  const found = held.find(({ arm }) => arm.digest === digest)
  if (found === undefined) return
  const { arm, stored } = found
  if (change === 'change' && stored.used === true) return
  const code = change === 'change' ? 'ECS101' : 'ECS102'
  const told = alertsAdded(llcs, [
    {
      code,
      recipient: anchors.broker.eui,
      about: { party: arm.originator, counter: arm.counter },
      controller: arm.evse,
      direction: arm.direction,
      levelPercent: arm.levelPercent,
      from: arm.from,
      until: arm.until,
    },
  ])
  const mark = change === 'change' ? { used: true } : { used: true, spent: true }
  keeper.commit({ arms: marked(held, digest, mark), ...told })
  llcs.audit.record('Alert', { code, arm: digest })
}
