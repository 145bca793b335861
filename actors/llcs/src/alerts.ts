import { encodeAlert, type AlertCode } from '@interlock/gbcs'
import { toBase64 } from '@interlock/kernel'
import { heldArms, marked } from './core/memory.ts'
import type { Llcs } from './llcs.ts'

const alertsMax = 64

/**
 * The charger moved its load under an arm, or moved it back: the data company is told, since an arm
 * that nobody used gives its budget back.
 */
export function onUsed(llcs: Llcs, digest: string, change: 'change' | 'return'): void {
  const { keeper, deps, identity, eui, anchors } = llcs
  const held = heldArms(keeper.memory, deps.clock.now(), deps.crypto)
  const found = held.find(({ arm }) => arm.digest === digest)
  if (found === undefined) return
  const { arm, stored } = found
  if (change === 'change' && stored.used === true) return
  const code: AlertCode = change === 'change' ? 'ECS101' : 'ECS102'
  const counter = BigInt(keeper.memory.alertCounter) + 1n
  const alert = encodeAlert(
    {
      code,
      device: eui,
      recipient: anchors.broker.eui,
      counter,
      about: { party: arm.originator, counter: arm.counter },
      controller: arm.evse,
      direction: arm.direction,
      levelPercent: arm.levelPercent,
      from: arm.from,
      until: arm.until,
    },
    identity.key,
    deps.crypto,
  )
  const mark = change === 'change' ? { used: true } : { used: true, spent: true }
  keeper.commit({
    arms: marked(held, digest, mark),
    alertCounter: counter.toString(),
    alerts: [...keeper.memory.alerts, toBase64(alert)].slice(-alertsMax),
  })
  llcs.audit.record('Alert', { code, arm: digest })
}
