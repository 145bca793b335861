import {
  hanAnswers,
  hanMessages,
  hanNonceBytes,
  hanProof,
  hanTariff,
  type AlertVerdict,
} from '@interlock/contract'
import { concat, euiBytes, Fault, type Activity, type Eui64 } from '@interlock/kernel'
import { connectFrames } from './frame-socket.ts'
import type { Log } from './log.ts'
import { nodeCrypto } from './node-crypto.ts'

/** A device's place in the home area network. */
export type HanConnection = {
  /**
   * Sends an alert, signed by the device, towards the data company.
   * @returns `later` when it could not be delivered; the device keeps it and tries again.
   */
  alert(bytes: Uint8Array): Promise<AlertVerdict>
  /**
   * Sends the tariff of the home to its other devices.
   * @returns false when the hub does not take it.
   */
  tariff(signed: Uint8Array): Promise<boolean>
  readonly closed: Promise<void>
  close(): void
}

export type HanOptions = {
  readonly host: string
  readonly port: number
  readonly eui: Eui64
  /** Shared by the devices of the home, from commissioning. */
  readonly key: Uint8Array
  /** Answers a command with the response; `undefined` discards it. */
  readonly onCommand: (
    bytes: Uint8Array,
  ) => Promise<Uint8Array | undefined> | Uint8Array | undefined
  readonly activity: Activity
  readonly log: Log
}

/**
 * Joins the network of a communications hub. The hub relays what it cannot read or forge, so nothing
 * here is secret but the key.
 * @throws Fault `PeerUnavailable`, or `HanRefused` when the hub does not know the device or its key.
 */
export async function joinHan(options: HanOptions): Promise<HanConnection> {
  const { host, port, eui, key, onCommand, activity, log } = options
  const socket = await connectFrames({ host, port, activity, log })
  const closed = new Promise<void>((resolve) => socket.onClose(resolve))
  try {
    const nonce = await socket.request(Uint8Array.of(hanMessages.challenge))
    if (nonce.length !== hanNonceBytes) throw refusal(options)
    const proof = hanProof(key, nonce, eui, nodeCrypto)
    // Commands may follow the join at once.
    socket.onRequest(async (bytes) => (await onCommand(bytes)) ?? new Uint8Array())
    const join = concat(Uint8Array.of(hanMessages.join), euiBytes(eui), proof)
    if ((await socket.request(join))[0] !== hanAnswers.done) throw refusal(options)
  } catch (error) {
    socket.close()
    throw error
  }
  return {
    async alert(bytes) {
      const answer = await socket.request(concat(Uint8Array.of(hanMessages.message), bytes))
      if (answer[0] === hanAnswers.done) return 'taken'
      return answer[0] === hanAnswers.refusedForGood ? 'refused' : 'later'
    },
    tariff: async (signed) => (await socket.request(hanTariff(signed)))[0] === hanAnswers.done,
    closed,
    close: () => socket.close(),
  }
}

const refusal = ({ eui, host, port }: HanOptions): Fault =>
  new Fault('HanRefused', `the hub at ${host}:${port} does not admit ${eui}`, {
    remedy: "give the device the home's key, and the hub the device",
  })
