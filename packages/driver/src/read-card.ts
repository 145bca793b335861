import { fromUtf8, ok, refused, toBase64Url, type Crypto, type Outcome } from '@interlock/kernel'
import {
  apduBytes,
  applicationId,
  dataTags,
  instructions,
  parseAnswer,
  statusWords,
  type CardAnswer,
} from './apdu.ts'
import { uidText, type Card } from './card.ts'
import { challengeDigest, counterBytes, signatureBytes, type Challenge } from './challenge.ts'
import type { DriverProof } from './proof.ts'

type CardSays = {
  /** Hex in capitals. */
  readonly uid: string
  /** Absent where the card has a number and no more. */
  readonly contractId?: string
  /** SPKI, as the card says; what counts is the register's. */
  readonly spki?: Uint8Array
}
type Answer<Value> = Outcome<Value, 'CardUnreadable'>

/** What a reader gets of a card; nothing of it is verified yet. */
export type CardRead = CardSays & { readonly proof?: DriverProof }

/** A card that has been selected, and has not been asked for a response. */
export type CardSelected = CardSays & {
  /** Absent where the card has a number and no more. Each call costs a response of the card's. */
  readonly answer?: (challenge: Challenge, crypto: Pick<Crypto, 'sha256'>) => Answer<DriverProof>
}

const contractIdPattern = /^[\x21-\x7e]{1,36}$/
const uidLengths: readonly number[] = [4, 7, 10]

/**
 * The dialogue of a reader with whatever is at its antenna: it selects the application, reads contract and
 * key, and asks for a response. A card that does not know the application is one with a number alone.
 */
export function readCard(
  card: Card,
  challenge: Challenge,
  crypto: Pick<Crypto, 'sha256'>,
): Answer<CardRead> {
  const selected = selectCard(card)
  if (!selected.ok) return selected
  const { answer, ...says } = selected.value
  if (answer === undefined) return ok(says)
  const proof = answer(challenge, crypto)
  return proof.ok ? ok({ ...says, proof: proof.value }) : proof
}

/** The dialogue up to where the card is asked for a response, for which the challenge may still have to be made. */
export function selectCard(card: Card): Answer<CardSelected> {
  if (!uidLengths.includes(card.uid.length)) return refused('CardUnreadable', 'UID')
  const uid = uidText(card.uid)
  const selected = ask(card, { ins: instructions.select, p1: 0x04, p2: 0x00, data: applicationId })
  if (selected?.status === statusWords.applicationNotFound) return ok({ uid })
  if (selected?.status !== statusWords.ok) return unreadable('SELECT', selected)

  const contract = getData(card, dataTags.contractId)
  const contractId = contract?.status === statusWords.ok ? textOf(contract.data) : undefined
  if (contractId === undefined) return unreadable('GET DATA 005A', contract)
  const key = getData(card, dataTags.publicKey)
  if (key?.status !== statusWords.ok) return unreadable('GET DATA 7F49', key)

  return ok({
    uid,
    contractId,
    spki: Uint8Array.from(key.data),
    answer: (challenge, crypto) => respond(card, uid, challenge, crypto),
  })
}

function respond(
  card: Card,
  uid: string,
  challenge: Challenge,
  crypto: Pick<Crypto, 'sha256'>,
): Answer<DriverProof> {
  const response = ask(card, {
    ins: instructions.internalAuthenticate,
    p1: 0,
    p2: 0,
    data: challengeDigest(challenge, crypto),
  })
  if (response?.status !== statusWords.ok) return unreadable('INTERNAL AUTHENTICATE', response)
  const { data } = response
  if (data.length !== counterBytes + signatureBytes)
    return unreadable('INTERNAL AUTHENTICATE', response)
  const counter = new DataView(data.buffer, data.byteOffset, counterBytes).getUint32(0)
  const signature = toBase64Url(data.subarray(counterBytes))
  return ok({ uid, challenge, counter, signature })
}

type Question = {
  readonly ins: number
  readonly p1: number
  readonly p2: number
  readonly data: Uint8Array
}

const ask = (card: Card, question: Question): CardAnswer | undefined =>
  parseAnswer(card.transmit(apduBytes({ cla: 0x00, ...question, expects: true })))

const getData = (card: Card, tag: number): CardAnswer | undefined =>
  ask(card, {
    ins: instructions.getData,
    p1: tag >> 8,
    p2: tag & 0xff,
    data: new Uint8Array(),
  })

const unreadable = (step: string, answer: CardAnswer | undefined) =>
  refused('CardUnreadable', `${step}: ${answer?.status.toString(16) ?? 'no answer'}`)

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = fromUtf8(bytes)
    return contractIdPattern.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
