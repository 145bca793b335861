import {
  type AlertVerdict,
  hanAnswers,
  hanMessages,
  hanNonceBytes,
  hanProof,
  hanTariff,
  limits,
} from '@interlock/contract'
import { closeUnlessProven, systemEntropy, type FrameSocket, type Log } from '@interlock/host'
import {
  euiFromBytes,
  Fault,
  inSeconds,
  sameBytes,
  type Clock,
  type Crypto,
  type Eui64,
} from '@interlock/kernel'

/** Who has joined the home area network, and what they send. */
export type Home = {
  /** A device has connected; it must prove itself before anything else is listened to. */
  admit(socket: FrameSocket): void
  deviceOf(eui: Eui64): FrameSocket | undefined
}

export function createHome(options: {
  readonly key: Uint8Array
  /** Whose word of the tariff is passed on. */
  readonly meter: Eui64
  readonly devices: ReadonlySet<string>
  /** An alert from a device that has joined, and what is said of it further up. */
  readonly onAlert: (from: Eui64, alert: Uint8Array) => Promise<AlertVerdict>
  readonly crypto: Crypto
  /** Real time. */
  readonly wall: Clock
  readonly log: Log
}): Home {
  const joined = new Map<Eui64, FrameSocket>()
  /** The last that the meter sent, for those that join later. */
  let tariff: Uint8Array | undefined

  /** Whether a device takes it is its own affair. */
  const passTariff = async (to: Eui64, socket: FrameSocket): Promise<void> => {
    if (tariff === undefined || to === options.meter) return
    try {
      await socket.request(hanTariff(tariff), passMillisMax)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      options.log.warn({ to, detail: error.message }, 'a device was not told the tariff')
    }
  }

  const join = (nonce: Uint8Array | undefined, claim: Uint8Array): Eui64 | undefined => {
    if (nonce === undefined || claim.length !== claimBytes) return undefined
    const eui = euiFromBytes(claim.subarray(0, 8))
    const proof = hanProof(options.key, nonce, eui, options.crypto)
    const proven = sameBytes(proof, claim.subarray(8))
    return proven && options.devices.has(eui) ? eui : undefined
  }

  return {
    deviceOf: (eui) => joined.get(eui),
    admit(socket) {
      const proven = closeUnlessProven(socket, options.wall, options.log)
      let nonce: Uint8Array | undefined
      let device: Eui64 | undefined
      socket.onRequest(async (bytes) => {
        const rest = bytes.subarray(1)
        if (bytes[0] === hanMessages.challenge) return (nonce = systemEntropy.bytes(hanNonceBytes))
        if (bytes[0] === hanMessages.join && device === undefined) {
          device = join(nonce, rest)
          // A challenge is good for one attempt.
          nonce = undefined
          if (device === undefined) {
            options.log.warn({ remote: socket.remote }, 'a device was not admitted')
            return refusal
          }
          proven()
          // A device that comes back replaces the connection that it lost.
          joined.get(device)?.close()
          joined.set(device, socket)
          void passTariff(device, socket)
          return done
        }
        if (bytes[0] === hanMessages.message && device !== undefined)
          return Uint8Array.of(verdictAnswers[await options.onAlert(device, rest)])
        if (bytes[0] === hanMessages.tariff && device !== undefined) {
          // Nothing is verified here, so what one of the others says would take the place of what is.
          if (device !== options.meter) {
            options.log.warn({ device }, 'a device that is not the meter has no say in the tariff')
            return refusal
          }
          if (rest.length > limits.tariffBytesMax) return refusal
          tariff = rest.slice()
          await Promise.all([...joined].map(([to, other]) => passTariff(to, other)))
          return done
        }
        return refusal
      })
      socket.onClose(() => {
        if (device !== undefined && joined.get(device) === socket) joined.delete(device)
      })
    },
  }
}

/** Sooner than the meter gives up waiting for the hub. */
const passMillisMax = inSeconds(5)
const claimBytes = 8 + 32
const done = Uint8Array.of(hanAnswers.done)
const verdictAnswers = {
  taken: hanAnswers.done,
  later: hanAnswers.refused,
  refused: hanAnswers.refusedForGood,
} as const satisfies Record<AlertVerdict, number>
const refusal = Uint8Array.of(hanAnswers.refused)
