import { fromBase64, fromUtf8, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import {
  inherited,
  isOfImport,
  pageOf,
  parseRecord,
  readingTime,
  sameKey,
  verifyRecord,
  wattHoursOf,
  type OcmfRecord,
  type Reading,
  type VerifyEcdsa,
} from '@interlock/ocmf'
import { sameCi, type SignedData, type SignedValue } from '@interlock/ocpi'
import { confirmedBy, isReceipt, type ContractVehicle } from './metering-receipt.ts'
import type { RatingProblem } from './rating-problems.ts'

/** A meter as the register has it. */
export type RegisteredMeter = {
  /** Serial number that its records carry, of the meter or of the gateway that signs for it. */
  readonly serial: string
  /** Hex or base64. */
  readonly publicKey: string
  /** Most that its charging point can deliver. */
  readonly ratingWatts: number
}

/** What the signed readings of one session say. */
export type SignedSession = {
  readonly from: Instant
  readonly until: Instant
  readonly wattHours: number
  /** Whether the meter knew the time at each reading. */
  readonly isTimeKnown: boolean
  /** First and last page, of the context of transactions. */
  readonly pages: readonly [number, number]
  /** Token, as the meter signed it; absent where it knew none. */
  readonly token?: string
  /** OCMF `IL`: how surely the driver is known. */
  readonly identity: string
  /** The readings that the vehicle has confirmed; none where it confirms nothing, or nobody knows its key. */
  readonly confirmed: number
}

type Read<Value> = Outcome<Value, RatingProblem>

/** What is known of a session besides its readings. */
export type SaidBeside = {
  /** The vehicle of the driver's contract, where its key is known. */
  readonly vehicle?: ContractVehicle | undefined
  /** The meter that the operator names in its record. */
  readonly meterId?: string | undefined
}

/**
 * Verifies all readings of a session by the register's key, and that none is missing or foreign; and with the
 * key of the driver's contract, where it is known, what the vehicle has signed besides.
 */
export function signedSession(
  data: SignedData,
  meter: RegisteredMeter,
  verifyEcdsa: VerifyEcdsa,
  { vehicle, meterId = '' }: SaidBeside = {},
): Read<SignedSession> {
  if (data.encoding_method.toUpperCase() !== 'OCMF')
    return refused('EncodingUnknown', data.encoding_method)
  const records: OcmfRecord[] = []
  const receipts = data.signed_values.filter(isReceipt)
  for (const value of data.signed_values.filter((each) => !isReceipt(each))) {
    const record = verified(value, data.public_key, meter, verifyEcdsa)
    if (!record.ok) return record
    records.push(record.value)
  }
  const pages = pagesOf(records)
  if (!pages.ok) return pages
  records.sort((left, right) => pageOf(left.payload.PG).number - pageOf(right.payload.PG).number)
  const [first] = records
  if (first === undefined) return refused('StartMissing')
  const { MS, GS } = first.payload
  // An empty one names none, as where the field is left out.
  const isNamed = [meter.serial, MS, GS].some((each) => each !== undefined && sameCi(each, meterId))
  if (meterId !== '' && !isNamed) return refused('MeterOther', `${meterId}, by the record`)
  // Where the cable was in before the card was shown, the first readings know nobody yet.
  const known = records.findIndex(({ payload }) => (payload.ID ?? '') !== '')
  const named = records.slice(Math.max(known, 0))
  const { ID: token, IL: identity = 'NONE' } = (named[0] ?? first).payload
  if (named.some(({ payload }) => payload.ID !== token || (payload.IL ?? 'NONE') !== identity))
    return refused('SessionsMixed')
  const counted = countedBy(
    records.flatMap(({ payload }) => inherited(payload.RD)),
    meter,
  )
  if (!counted.ok) return counted
  const confirmed =
    vehicle === undefined ? ok(0) : confirmedBy(receipts, records, vehicle, verifyEcdsa)
  if (!confirmed.ok) return confirmed
  const holder = token === undefined || token === '' ? {} : { token }
  return ok({
    ...counted.value,
    pages: pages.value,
    ...holder,
    identity,
    confirmed: confirmed.value,
  })
}

function verified(
  { signed_data: encoded, plain_data: plain }: SignedValue,
  claimedKey: string | undefined,
  meter: RegisteredMeter,
  verifyEcdsa: VerifyEcdsa,
): Read<OcmfRecord> {
  const text = textOf(encoded)
  const parsed = text === undefined ? undefined : parseRecord(text)
  if (text === undefined || parsed?.ok !== true)
    return refused('RecordUnreadable', parsed?.ok === false ? parsed.reason : 'not base64')
  const record = verifyRecord(text, meter.publicKey, verifyEcdsa)
  if (!record.ok) {
    const byClaimed = claimedKey !== undefined && verifyRecord(text, claimedKey, verifyEcdsa).ok
    return refused(byClaimed ? 'KeySwapped' : 'SignatureInvalid', record.reason)
  }
  if (claimedKey !== undefined && !sameKey(claimedKey, meter.publicKey, record.value))
    return refused('KeySwapped', 'the readings are by the registered one all the same')
  const { payload, signed } = record.value
  if (plain !== signed && plain !== text.trim()) return refused('PlainDataDiffers')
  const serials = [payload.MS, payload.GS]
  return serials.includes(meter.serial) ? record : refused('MeterOther', payload.MS ?? payload.GS)
}

/** The record is base64 of its text. */
function textOf(encoded: string): string | undefined {
  const bytes = fromBase64(encoded)
  try {
    return bytes && fromUtf8(bytes)
  } catch {
    return undefined
  }
}

/** First and last page: each once, none between them missing, all of a transaction. */
function pagesOf(records: readonly OcmfRecord[]): Read<readonly [number, number]> {
  const pages = records.map(({ payload }) => pageOf(payload.PG))
  if (pages.some(({ context }) => context !== 'T'))
    return refused('SessionsMixed', 'fiscal reading')
  const numbers = pages.map((page) => page.number).sort((left, right) => left - right)
  const [first = 0] = numbers
  const last = numbers.at(-1) ?? first
  if (new Set(numbers).size < numbers.length) return refused('PageRepeated')
  if (last - first + 1 !== numbers.length) return refused('PageMissing', `T${first} to T${last}`)
  return ok([first, last])
}

const ends = ['E', 'L', 'R', 'A', 'P']
/** What is more than the rating gives in that time, and the clock's and register's steps besides. */
const ratingMargin = 1.1
const slackMillis = 60_000

type Counted = Pick<SignedSession, 'from' | 'until' | 'wattHours' | 'isTimeKnown'>

function countedBy(readings: readonly Reading[], { ratingWatts }: RegisteredMeter): Read<Counted> {
  const [first] = readings
  const last = readings.at(-1)
  if (first?.TX !== 'B') return refused('StartMissing')
  if (last?.TX === undefined || !ends.includes(last.TX)) return refused('EndMissing')
  const inner = readings.slice(1, -1)
  if (inner.some(({ TX }) => TX === 'B' || ends.includes(TX ?? '')))
    return refused('SessionsMixed', 'begun or ended twice')
  if (!isOfImport(first)) return refused('NotConsumption', first.RI ?? 'no register is named')
  let isTimeKnown = true
  const points: { readonly at: Instant; readonly wattHours: number }[] = []
  for (const reading of readings) {
    const { TM, RV, RU, RI, EF, ST } = reading
    if (EF?.includes('E') === true || (ST !== undefined && ST !== 'G'))
      return refused('MeterFaulty', `state ${ST ?? ''}, error ${EF ?? ''}`)
    const time = readingTime(TM ?? '')
    const wattHours = wattHoursOf(reading)
    if (wattHours === undefined || time === undefined || RI !== first.RI)
      return refused('ReadingMalformed', `${RV} ${RU ?? ''} ${RI ?? ''} at ${TM ?? ''}`)
    if (time.clock === 'U' || EF?.includes('t') === true) isTimeKnown = false
    points.push({ at: time.at, wattHours })
  }
  for (const [index, { at, wattHours }] of points.entries()) {
    const before = points[index - 1]
    if (wattHours < 0 || (before !== undefined && (wattHours < before.wattHours || at < before.at)))
      return refused('ReadingFalls', `${before?.wattHours ?? 0} to ${wattHours} Wh`)
    if (before === undefined) continue
    const hours = (at - before.at + slackMillis) / 3_600_000
    const counted = wattHours - before.wattHours
    if (counted > ratingWatts * ratingMargin * hours)
      return refused('ReadingImplausible', `${counted} Wh in ${hours.toFixed(2)} h`)
  }
  const [from, until] = [points[0], points.at(-1)]
  if (from === undefined || until === undefined) return refused('StartMissing')
  const wattHours = Math.round((until.wattHours - from.wattHours) * 1_000) / 1_000
  return ok({ from: from.at, until: until.at, wattHours, isTimeKnown })
}
