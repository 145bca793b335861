import { CallError, type Action, type Handlers } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { authorize } from './authorize.ts'
import { bootNotification } from './boot-notification.ts'
import { dataTransfer } from './data-transfer.ts'
import { heartbeat } from './heartbeat.ts'
import { meterValues } from './meter-values.ts'
import { noted } from './noted.ts'
import { securityEventNotification } from './security-event-notification.ts'
import { signCertificate } from './sign-certificate.ts'
import { statusNotification } from './status-notification.ts'
import { transactionEvent } from './transaction-event.ts'
import type { StationId } from '@interlock/kernel'

/** Who sent the message, and how well it is known. */
export type Sender = { readonly stationId: StationId; readonly profile: 2 | 3 }

/** Handlers of every message a station may send. */
export function handlersFor(context: Context, sender: Sender): Handlers {
  const all: Handlers = {
    BootNotification: bootNotification(context, sender),
    Heartbeat: heartbeat(context),
    StatusNotification: statusNotification(context, sender),
    Authorize: authorize(context, sender),
    TransactionEvent: transactionEvent(context, sender),
    MeterValues: meterValues(context, sender),
    SecurityEventNotification: securityEventNotification(context, sender),
    SignCertificate: signCertificate(context, sender),
    DataTransfer: dataTransfer(context, sender),
    ...noted(context, sender),
  }
  return sender.profile === 3 ? all : restricted(all)
}

/** A station at first contact may have its first certificate signed, and nothing else (design §3). */
const firstContactActions: readonly Action[] = [
  'BootNotification',
  'Heartbeat',
  'SignCertificate',
  'StatusNotification',
  'SecurityEventNotification',
]

const restricted = (all: Handlers): Handlers =>
  Object.fromEntries(
    Object.entries(all).map(([action, handler]) => [
      action,
      (firstContactActions as readonly string[]).includes(action)
        ? handler
        : () => {
            throw new CallError('SecurityError', 'not before the station has its certificate')
          },
    ]),
  )
