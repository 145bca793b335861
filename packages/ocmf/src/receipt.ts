import { parseJson } from '@interlock/kernel'

/**
 * What a vehicle signs of a reading that its charging station showed it: the session and the fields of `MeterInfo` in
 * ISO 15118-2's MeteringReceiptReq, with the key of the driver's contract (ECDSA P-256, SHA-256). ISO 15118 signs them
 * as EXI; here they travel as JSON, and what is signed is its very characters.
 */
export type MeteringReceipt = {
  /** Of the session between vehicle and station, hex. */
  readonly sessionId: string
  readonly meterId: string
  /** Wh. */
  readonly meterReading: number
  /** The meter's own signature under the reading (OCMF `SD`): says which one it is. */
  readonly sigMeterReading: string
}

/** A receipt as it came. */
export type SignedReceipt = {
  /** What was signed. */
  readonly plainData: string
  /** r‖s, base64. */
  readonly signature: string
}

export const writeReceipt = ({
  sessionId,
  meterId,
  meterReading,
  sigMeterReading,
}: MeteringReceipt): string => JSON.stringify({ sessionId, meterId, meterReading, sigMeterReading })

const depthMax = 2
export const receiptCharactersMax = 1_024

/** `undefined` for what is none; fields that are not listed say nothing. */
export function readReceipt(text: string): MeteringReceipt | undefined {
  const json = text.length > receiptCharactersMax ? undefined : parseJson(text, depthMax)
  if (json?.ok !== true || typeof json.value !== 'object' || json.value === null) return undefined
  const { sessionId, meterId, meterReading, sigMeterReading } = json.value as Record<
    string,
    unknown
  >
  return typeof sessionId === 'string' &&
    typeof meterId === 'string' &&
    typeof sigMeterReading === 'string' &&
    typeof meterReading === 'number' &&
    Number.isFinite(meterReading)
    ? { sessionId, meterId, meterReading, sigMeterReading }
    : undefined
}
