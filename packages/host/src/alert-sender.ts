import type { AlertVerdict } from '@interlock/contract'
import { decodeAlert } from '@interlock/gbcs'
import { Fault, sameBytes } from '@interlock/kernel'
import type { HanConnection } from './han-client.ts'

/**
 * Sends a device's alerts towards the data company, in their order. What is not taken stays, unless it never will be: that
 * holds back nothing behind it.
 */
export type AlertSender = {
  /** Resolves when all are sent, or one was not taken. */
  send(): Promise<void>
  /** Resolves when nothing is being sent. */
  settled(): Promise<void>
}

export function alertSender(alerts: {
  /** `undefined` while the hub cannot be reached. */
  readonly han: () => HanConnection | undefined
  /** The one that has waited longest, signed. */
  readonly first: () => Uint8Array | undefined
  /** It waits no more. */
  readonly drop: () => void
  /** It is refused for good, and dropped. */
  readonly onRefused: (alert: Uint8Array) => void
}): AlertSender {
  let sending: Promise<void> | undefined
  const sendAll = async (): Promise<void> => {
    for (;;) {
      const bytes = alerts.first()
      const han = alerts.han()
      if (bytes === undefined || han === undefined) return
      const verdict = await verdictOf(han, bytes)
      if (verdict === 'later') return
      if (verdict === 'refused') alerts.onRefused(bytes)
      // A full queue lets go of its oldest, which this may have been meanwhile.
      const first = alerts.first()
      if (first !== undefined && sameBytes(first, bytes)) alerts.drop()
    }
  }
  return {
    send: () => (sending ??= sendAll().finally(() => (sending = undefined))),
    settled: () => sending ?? Promise.resolve(),
  }
}

/** What is on the record of an alert that nobody will have. */
export function alertFacts(alert: Uint8Array): Readonly<Record<string, string>> {
  const read = decodeAlert(alert)
  return read.ok
    ? { code: read.value.alert.code, counter: `${read.value.alert.counter}` }
    : { code: read.reason }
}

/** `later` when the hub is gone or cannot pass the alert on. */
async function verdictOf(han: HanConnection, alert: Uint8Array): Promise<AlertVerdict> {
  try {
    return await han.alert(alert)
  } catch (error) {
    if (error instanceof Fault) return 'later'
    throw error
  }
}
