import { fromIso, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { halfHourMillis, pricesProblem, type HalfHourPrice } from '@interlock/power'
import type { TariffBody, TariffDocumentBody, TimeOfUseTariffBody } from '@interlock/duis'
import {
  tariffDocumentBytesMax,
  tariffPriceMax,
  tariffPricesMax,
  type HalfHourlyTariff,
} from '@interlock/gbcs'
import {
  tariffOf as readTariff,
  readTariffBytes,
  tariffBytes,
  type TariffDocument,
} from '@interlock/tariff'
import { Type, type Static } from 'typebox'
import type { Dated } from './last-tariff.ts'
import { standardBody, type Sending } from './standard-tariff.ts'

/** RFC 3339, whole seconds; absent: at once. */
export const ExecuteAt = Type.Optional(Type.String({ minLength: 20, maxLength: 30 }))

/** `POST /api/v1/tariffs`, and the shape of the tariff file. */
export const TariffOrder = Type.Object(
  {
    prices: Type.Array(
      Type.Object(
        {
          /** Start of the half-hour, RFC 3339. */
          from: Type.String({ minLength: 20, maxLength: 30 }),
          pencePerKilowattHour: Type.Number({ minimum: -10_000, maximum: 10_000 }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: tariffPricesMax },
    ),
    /** When the DCC is to send it. */
    executeAt: ExecuteAt,
  },
  { additionalProperties: false },
)
export type TariffOrder = Static<typeof TariffOrder>

export type TariffProblem =
  | 'TimeInvalid'
  | 'PricesInvalid'
  | 'PricesHaveGaps'
  | 'TooManyPrices'
  /** Not a tariff of one version, or too long for a message. */
  | 'DocumentInvalid'

/** The date of execution of an order, if it has one. */
export function executionOf({
  executeAt,
}: Pick<TariffOrder, 'executeAt'>): Outcome<Instant | undefined, TariffProblem> {
  if (executeAt === undefined) return ok(undefined)
  const at = fromIso(executeAt)
  return at === undefined || at % 1000 !== 0 ? refused('TimeInvalid', executeAt) : ok(at)
}

/** What is to be published: half-hourly prices, or a document of any structure. */
export type Offer = readonly HalfHourPrice[] | TariffDocument

export type OfferBody = TariffBody | TariffDocumentBody | TimeOfUseTariffBody

/**
 * What is left of the half-hourly prices in force, and those that follow them without a gap: one message, so that whoever
 * plans sees past the last of today's. An offer that does not follow so is sent as it is.
 * @param before what was published last
 */
export function withRest(
  { offer, executeAt }: Dated,
  before: Dated | undefined,
  now: Instant,
): Offer {
  const inForce = before !== undefined && (before.executeAt ?? now) <= now
  if ('versions' in offer || executeAt !== undefined || !inForce) return offer
  const [first] = offer
  if (first === undefined || 'versions' in before.offer) return offer
  const rest = before.offer.filter(({ from }) => from + halfHourMillis > now && from < first.from)
  const [current] = rest
  const follows =
    current !== undefined &&
    current.from <= now &&
    first.from - current.from === rest.length * halfHourMillis
  return follows && rest.length + offer.length <= tariffPricesMax ? [...rest, ...offer] : offer
}

/** Whether nothing of it has a price any more. */
export function isOver(offer: Offer, now: Instant): boolean {
  if (!('versions' in offer)) return offer.every(({ from }) => from + halfHourMillis <= now)
  const tariff = readTariff(offer)
  return tariff.ok && tariff.value.versions.every(({ validUntil }) => validUntil <= now)
}

/**
 * What the request for it says: the standard's message where that says the tariff to the digit, else one of
 * ours, whose versions are one series.
 */
export function bodyOf(
  offer: Offer,
  version: number,
  sending: Sending,
): Outcome<OfferBody, TariffProblem> {
  if ('versions' in offer) return documentOf(offer, version, sending)
  const tariff = tariffOf(offer, version)
  return tariff.ok ? ok({ kind: 'tariff', ...tariff.value }) : tariff
}

/** The document with its version as published, in place of the one it was given. */
function documentOf(
  { versions, ...tariff }: TariffDocument,
  version: number,
  sending: Sending,
): Outcome<OfferBody, TariffProblem> {
  const [only, second] = versions
  if (only === undefined || second !== undefined)
    return refused('DocumentInvalid', `${versions.length} versions, must be one`)
  const document = tariffBytes({ ...tariff, versions: [{ ...only, version }] })
  const read = readTariffBytes(document, version)
  if (!read.ok) return refused('DocumentInvalid', `${read.reason} ${read.detail ?? ''}`.trim())
  const standard = standardBody(read.value, sending)
  if (standard !== undefined) return ok(standard)
  if (document.length > tariffDocumentBytesMax)
    return refused('DocumentInvalid', `${document.length} bytes, at most ${tariffDocumentBytesMax}`)
  return ok({ kind: 'tariffDocument', version, document })
}

export function pricesOf(order: TariffOrder): Outcome<HalfHourPrice[], TariffProblem> {
  const prices: HalfHourPrice[] = []
  for (const { from: text, pencePerKilowattHour } of order.prices) {
    const from = fromIso(text)
    if (from === undefined) return refused('TimeInvalid', text)
    prices.push({ from, pencePerKilowattHour })
  }
  return ok(prices)
}

/** The tariff as a message carries it: successive half-hours, thousandths of a penny. */
export function tariffOf(
  prices: readonly HalfHourPrice[],
  version: number,
): Outcome<HalfHourlyTariff, TariffProblem> {
  const [first] = prices
  const problem = pricesProblem(prices)
  if (first === undefined || problem !== undefined) return refused('PricesInvalid', problem)
  if (prices.length > tariffPricesMax) return refused('TooManyPrices', `${prices.length}`)
  const gap = prices.find((each, index) => each.from !== first.from + index * halfHourMillis)
  if (gap !== undefined) return refused('PricesHaveGaps', new Date(gap.from).toISOString())
  const thousandths = prices.map((each) => Math.round(each.pencePerKilowattHour * 1000) + 0)
  if (thousandths.some((each) => Math.abs(each) > tariffPriceMax)) return refused('PricesInvalid')
  return ok({ version, from: first.from, prices: thousandths })
}
