import { decodeAlert, type Alert } from '@interlock/gbcs'
import type { ActorDeps } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { ArmBook } from './arm-book.ts'
import type { Counters } from './counters.ts'
import type { Happened } from './happened.ts'
import type { Inventory } from './inventory.ts'

export type AlertParts = {
  /** The data company's own EUI-64: alerts are addressed to it. */
  readonly self: Eui64
  readonly inventory: Inventory
  readonly counters: Counters
  readonly arms: ArmBook
  readonly audit: Audit
  readonly happened: Happened
  readonly deps: Pick<ActorDeps, 'crypto' | 'log'>
}

/**
 * Takes an alert that a hub brings: signed by the device it names, which lives behind that hub.
 * @returns true when it was taken, now or before; false when it is nobody's.
 */
export async function takeAlert(
  hub: Eui64,
  from: Eui64,
  bytes: Uint8Array,
  parts: AlertParts,
): Promise<boolean> {
  const device = parts.inventory.device(from)
  const read = decodeAlert(bytes)
  const refuse = (reason: string): false => {
    parts.audit.critical('AlertRefused', { hub, device: from, reason })
    parts.happened.security(`Alert${reason}`, from)
    return false
  }
  if (device === undefined || device.hub !== hub) return refuse('DeviceUnknown')
  if (!read.ok) return refuse(read.reason)
  const { alert, covered, signature } = read.value
  if (alert.device !== from || alert.recipient !== parts.self) return refuse('Misaddressed')
  if (!parts.deps.crypto.verify(device.publicKey, covered, signature))
    return refuse('SignatureInvalid')
  // Taken before, and the acknowledgement was lost.
  if (alert.counter <= (await parts.counters.last(from, parts.self))) return true
  await act(alert, from, parts)
  // Only now: whoever dies before is told again, and both ledgers charge an arm once.
  await parts.counters.use(from, parts.self, alert.counter)
  return true
}

/** What is done about it; the same a second time. */
async function act(alert: Alert, from: Eui64, parts: AlertParts): Promise<void> {
  const { code, about, levelPercent } = alert
  parts.audit.critical('AlertTaken', {
    code,
    device: from,
    originator: about.party,
    counter: about.counter.toString(),
    levelPercent,
  })
  const key = { originator: about.party, target: from, counter: about.counter }
  if (code === 'ECS102') parts.happened.arm('ended', key)
  else {
    const use = await parts.arms.used(key)
    if (use !== 'unknown') parts.happened.arm('used', key)
    // Load moved under an arm whose budget had been given back, or that never was.
    if (use !== 'inTime') {
      const reason = use === 'late' ? 'UsedLate' : 'UsedWithoutBudget'
      const { party, counter } = about
      parts.audit.critical(reason, { device: from, party, counter: `${counter}` })
      parts.happened.security(reason, from)
    }
  }
}
