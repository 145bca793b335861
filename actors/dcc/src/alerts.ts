import type { AlertVerdict } from '@interlock/contract'
import {
  carriedOutCode,
  decodeAlert,
  type Alert,
  type ExecutionAlert,
  type LoadAlert,
} from '@interlock/gbcs'
import type { ResponseName } from '@interlock/duis'
import type { ActorDeps } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { AlertPush } from './alert-push.ts'
import type { ArmBook, ArmKey } from './arm-book.ts'
import type { Counters } from './counters.ts'
import { deviceProblem, type DeviceJudge } from './device-certificate.ts'
import type { Happened } from './happened.ts'
import type { Device, Inventory } from './inventory.ts'

export type AlertParts = DeviceJudge & {
  /** The data company's own EUI-64: alerts about a load are addressed to it. */
  readonly self: Eui64
  readonly inventory: Inventory
  readonly counters: Counters
  readonly arms: ArmBook
  readonly audit: Audit
  readonly happened: Happened
  readonly alerts: Pick<AlertPush, 'tell'>
  readonly deps: Pick<ActorDeps, 'crypto' | 'wall' | 'log'>
}

/**
 * Takes an alert that a hub brings: signed by the device it names, which lives behind that hub.
 * @returns `taken`, now or before; `refused` where it never can be, so that it does not hold back those behind it;
 *   `later` where what is wrong may pass
 */
export async function takeAlert(
  hub: Eui64,
  from: Eui64,
  bytes: Uint8Array,
  parts: AlertParts,
): Promise<AlertVerdict> {
  const device = parts.inventory.device(from)
  const read = decodeAlert(bytes)
  const refuse = (reason: string, verdict: 'refused' | 'later' = 'refused'): AlertVerdict => {
    parts.audit.critical('AlertRefused', { hub, device: from, reason })
    parts.happened.security(`Alert${reason}`, from)
    return verdict
  }
  if (device === undefined || device.hub !== hub) return refuse('DeviceUnknown', 'later')
  if (!read.ok) return refuse(read.reason)
  const { alert, covered, signature } = read.value
  if (alert.device !== from) return refuse('Misaddressed')
  if (!parts.deps.crypto.verify(device.publicKey, covered, signature))
    return refuse('SignatureInvalid')
  const problem = serviceProblem(device, parts)
  if (problem !== undefined) {
    // Its word frees nothing and ends nothing; but of load that may have moved the budget stays charged.
    if (alert.code === 'ECS101' && alert.recipient === parts.self)
      await parts.arms.used(keyOf(alert))
    return refuse(problem, isPassing(device, parts) ? 'later' : 'refused')
  }
  if (!(await isAddressed(alert, parts))) return refuse('Misaddressed')
  // Taken before, and the acknowledgement was lost.
  if (alert.counter <= (await parts.counters.last(from, parts.self))) return 'taken'
  if (alert.code === 'FutureDated') await passOn(alert, bytes, parts)
  else await act(alert, from, parts)
  // Only now: whoever dies before is told again, and both ledgers charge an arm once.
  await parts.counters.use(from, parts.self, alert.counter)
  return 'taken'
}

/** Why nothing that a device says is acted on: it is out of service, or no longer who it was. */
function serviceProblem(device: Device, parts: AlertParts): ResponseName | undefined {
  const isInService = parts.inventory.status(device.eui) === 'Commissioned'
  return isInService ? deviceProblem(device, parts)?.reason : 'DeviceNotCommissioned'
}

/** What is not in service may be again; a certificate that counts no more never will. */
const isPassing = (device: Device, parts: AlertParts): boolean =>
  parts.inventory.status(device.eui) !== 'Decommissioned' &&
  deviceProblem(device, parts) === undefined

const keyOf = ({ about, device }: LoadAlert): ArmKey => ({
  originator: about.party,
  target: device,
  counter: about.counter,
})

/** About a load: to the data company. About a command: to whoever has sent the device one, with it. */
const isAddressed = async (alert: Alert, { self, counters }: AlertParts): Promise<boolean> =>
  alert.code === 'FutureDated'
    ? alert.commandCounter <= (await counters.last(alert.recipient, alert.device))
    : alert.recipient === self

/**
 * To the user whose command it was, as the device signed it. Whoever dies before its counter is used up
 * tells the user once more.
 */
async function passOn(
  { code, device, recipient, commandCounter, object }: ExecutionAlert,
  payload: Uint8Array,
  { audit, alerts }: AlertParts,
): Promise<void> {
  const counter = commandCounter.toString()
  audit.critical('AlertTaken', { code, device, originator: recipient, counter, object })
  await alerts.tell(
    { organisation: recipient, role: 'supplier' },
    { kind: 'deviceAlert', alertCode: carriedOutCode, payload },
  )
}

/** What is done about it; the same a second time. */
async function act(alert: LoadAlert, from: Eui64, parts: AlertParts): Promise<void> {
  const { code, about, levelPercent } = alert
  parts.audit.critical('AlertTaken', {
    code,
    device: from,
    originator: about.party,
    counter: about.counter.toString(),
    levelPercent,
  })
  const key = keyOf(alert)
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
