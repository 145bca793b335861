/** Command and answer of a contactless card (ISO/IEC 7816-4), short form. */
export type Apdu = {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data: Uint8Array
  /** Whether an answer with data is expected (Le is there). */
  readonly expects: boolean
}

/** What a card says at the end of each answer. */
export const statusWords = {
  ok: 0x9000,
  wrongLength: 0x6700,
  securityNotSatisfied: 0x6982,
  conditionsNotSatisfied: 0x6985,
  applicationNotFound: 0x6a82,
  wrongParameters: 0x6a86,
  dataNotFound: 0x6a88,
  instructionUnknown: 0x6d00,
  classUnknown: 0x6e00,
} as const

/** A proprietary name (ISO/IEC 7816-4 §8.2.1.2, category F): `F0`, `INTLK`, version 1. */
export const applicationId = Uint8Array.of(0xf0, 0x49, 0x4e, 0x54, 0x4c, 0x4b, 0x01)

export const instructions = { select: 0xa4, getData: 0xca, internalAuthenticate: 0x88 } as const

/** Tags of GET DATA, in P1 and P2. */
export const dataTags = {
  /** Identification of the contract, as text. */
  contractId: 0x005a,
  /** Cardholder certificate: here what the register says of the card's key. */
  certificate: 0x7f21,
  /** The public key, SubjectPublicKeyInfo. */
  publicKey: 0x7f49,
} as const

const headerBytes = 4
export const apduDataBytesMax = 255
/** An answer in the short form: 256 bytes and the status word. */
export const answerBytesMax = 258

/** `undefined` for what is not a command in the short form: its length contradicts itself. */
export function parseApdu(bytes: Uint8Array): Apdu | undefined {
  const [cla, ins, p1, p2, lc] = bytes
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined)
    return undefined
  const command = { cla, ins, p1, p2 }
  const rest = bytes.length - headerBytes
  if (lc === undefined || rest === 1)
    return { ...command, data: new Uint8Array(), expects: rest === 1 }
  const data = bytes.subarray(headerBytes + 1, headerBytes + 1 + lc)
  const left = rest - 1 - lc
  if (lc === 0 || data.length !== lc || left > 1) return undefined
  return { ...command, data, expects: left === 1 }
}

/** @throws RangeError where the data do not fit the short form: a bug of the reader. */
export function apduBytes({ cla, ins, p1, p2, data, expects }: Apdu): Uint8Array {
  if (data.length > apduDataBytesMax) throw new RangeError(`${data.length} bytes in an APDU`)
  const length = data.length === 0 ? [] : [data.length, ...data]
  return Uint8Array.of(cla, ins, p1, p2, ...length, ...(expects ? [0] : []))
}

export type CardAnswer = { readonly data: Uint8Array; readonly status: number }

/** `undefined` for what is no answer: shorter than its status word, or longer than the short form. */
export function parseAnswer(bytes: Uint8Array): CardAnswer | undefined {
  if (bytes.length < 2 || bytes.length > answerBytesMax) return undefined
  const [high = 0, low = 0] = bytes.subarray(-2)
  return { data: bytes.subarray(0, -2), status: (high << 8) | low }
}

export const answerBytes = (status: number, data: Uint8Array = new Uint8Array()): Uint8Array =>
  Uint8Array.of(...data, status >> 8, status & 0xff)
