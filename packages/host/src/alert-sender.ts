import { Fault, sameBytes } from '@interlock/kernel'
import type { HanConnection } from './han-client.ts'

/** Sends a device's alerts towards the data company, in their order; what is not taken stays. */
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
  /** It was taken, and waits no more. */
  readonly drop: () => void
}): AlertSender {
  let sending: Promise<void> | undefined
  const sendAll = async (): Promise<void> => {
    for (;;) {
      const bytes = alerts.first()
      const han = alerts.han()
      if (bytes === undefined || han === undefined || !(await isTaken(han, bytes))) return
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

/** False when the hub is gone or cannot pass the alert on. */
async function isTaken(han: HanConnection, alert: Uint8Array): Promise<boolean> {
  try {
    return await han.alert(alert)
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}
