import { concat, sameBytes, toHex, utf8, type Crypto, type PrivateKey } from '@interlock/kernel'
import {
  answerBytes,
  applicationId,
  dataTags,
  instructions,
  parseApdu,
  statusWords,
  type Apdu,
} from './apdu.ts'
import { challengeBytes, responseBytes } from './challenge.ts'

/** Whatever answers at a reader's antenna. */
export type Card = {
  /** As the radio tells it before any command: 4, 7 or 10 bytes. Anybody can copy it. */
  readonly uid: Uint8Array
  /** Answers one command. */
  transmit(command: Uint8Array): Uint8Array
}

export type CardContents = {
  readonly uid: Uint8Array
  readonly contractId: string
  /** Made on the card; absent where it was never personalised. */
  readonly key?: PrivateKey
  /** What the register said of the key when the card was given out. */
  readonly certificate?: Uint8Array
}

/** The card's own count of responses; `raise` is durable before it returns. */
export type CardCounter = {
  /** The next number, 1 at first; `undefined` when there are no more. */
  raise(): number | undefined
}

export const counterMax = 0xffffffff

/** A counter that is held in memory, from the response after `last`. */
export function counterFrom(last: number): CardCounter {
  let current = last
  return { raise: () => (current >= counterMax ? undefined : ++current) }
}

/** A card that has a number and nothing else. */
export const plainCard = (uid: Uint8Array): Card => ({
  uid,
  transmit: () => answerBytes(statusWords.applicationNotFound),
})

/**
 * A card with a key of its own, simulated at the level of its commands: SELECT, GET DATA, INTERNAL
 * AUTHENTICATE. A response is numbered, and the number is raised before it leaves.
 */
export function createCard(contents: CardContents, counter: CardCounter, crypto: Crypto): Card {
  let selected = false

  const select = ({ p1, p2, data }: Apdu): Uint8Array => {
    if (p1 !== 0x04 || p2 !== 0x00) return answerBytes(statusWords.wrongParameters)
    selected = sameBytes(data, applicationId)
    return answerBytes(selected ? statusWords.ok : statusWords.applicationNotFound)
  }

  const getData = ({ p1, p2, data }: Apdu): Uint8Array => {
    if (data.length > 0) return answerBytes(statusWords.wrongLength)
    const held: Readonly<Record<number, Uint8Array | undefined>> = {
      [dataTags.contractId]: utf8(contents.contractId),
      [dataTags.publicKey]: contents.key?.publicKey.spki,
      [dataTags.certificate]: contents.certificate,
    }
    const found = held[(p1 << 8) | p2]
    return found === undefined
      ? answerBytes(statusWords.dataNotFound)
      : answerBytes(statusWords.ok, found)
  }

  const authenticate = ({ p1, p2, data, expects }: Apdu): Uint8Array => {
    if (p1 !== 0 || p2 !== 0) return answerBytes(statusWords.wrongParameters)
    if (data.length !== challengeBytes || !expects) return answerBytes(statusWords.wrongLength)
    if (contents.key === undefined) return answerBytes(statusWords.conditionsNotSatisfied)
    const count = counter.raise()
    if (count === undefined) return answerBytes(statusWords.conditionsNotSatisfied)
    const { head, signed } = responseBytes(count, data)
    return answerBytes(statusWords.ok, concat(head, crypto.sign(contents.key, signed)))
  }

  return {
    uid: contents.uid,
    transmit(bytes) {
      const command = parseApdu(bytes)
      if (command === undefined) return answerBytes(statusWords.wrongLength)
      if (command.cla !== 0x00) return answerBytes(statusWords.classUnknown)
      if (command.ins === instructions.select) return select(command)
      const rows = {
        [instructions.getData]: getData,
        [instructions.internalAuthenticate]: authenticate,
      }
      const row = (rows as Record<number, typeof select | undefined>)[command.ins]
      if (row === undefined) return answerBytes(statusWords.instructionUnknown)
      return selected ? row(command) : answerBytes(statusWords.securityNotSatisfied)
    },
  }
}

/** A card's number as registers and OCPP write it: hex in capitals. */
export const uidText = (uid: Uint8Array): string => toHex(uid).toUpperCase()
