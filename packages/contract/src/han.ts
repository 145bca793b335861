import { concat, euiBytes, utf8, type Crypto, type Eui64 } from '@interlock/kernel'

/**
 * The home area network between communications hub and devices, over length-prefixed frames. A device
 * asks for a challenge, proves that it holds the home's key, and from then on both sides send GBCS
 * messages: commands down, answered with the response (empty when discarded), and alerts up,
 * answered with {@link hanAnswers}: one that is refused for good is not to be brought again. A revocation list (PEM text after its type byte) comes down the
 * same way and is answered as alerts are; no GBCS message begins with that byte. The meter sends the
 * signed command that set its tariff, after its type byte, and the hub passes it to the home's other
 * devices, now and as they join.
 */
export const hanMessages = {
  challenge: 0x01,
  join: 0x02,
  message: 0x03,
  revocationList: 0x04,
  tariff: 0x05,
} as const
export const hanAnswers = { done: 0x00, refused: 0x01, refusedForGood: 0x02 } as const
export const hanNonceBytes = 16
export const hanKeyBytes = 32

/** HMAC-SHA-256 over the hub's challenge and the device's identity. */
export const hanProof = (
  key: Uint8Array,
  nonce: Uint8Array,
  device: Eui64,
  crypto: Pick<Crypto, 'hmacSha256'>,
): Uint8Array => crypto.hmacSha256(key, concat(utf8('interlock-han-join'), nonce, euiBytes(device)))

/** The command that set the meter's tariff, as its supplier signed it. */
export const hanTariff = (signed: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(hanMessages.tariff), signed)

/** A revocation list as the data company sends it to a device. */
export const hanRevocationList = (text: string): Uint8Array =>
  concat(Uint8Array.of(hanMessages.revocationList), utf8(text))
