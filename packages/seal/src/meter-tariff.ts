import { limits } from '@interlock/contract'
import {
  decodeResponse,
  decodeSigned,
  tariffUpdates,
  type Command,
  type CommandOf,
  type HalfHourlyTariff,
} from '@interlock/gbcs'
import {
  instant,
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PublicKey,
} from '@interlock/kernel'
import { halfHourMillis, halfHourOf, type HalfHourPrice } from '@interlock/power'
import {
  halfHourPrices,
  readTariffBytes,
  standardTariff,
  type Micropence,
  type Tariff,
} from '@interlock/tariff'

/** A command of a supplier that sets a meter's tariff: the standard's (ECS01a), or one of ours. */
export type TariffCommand = CommandOf<(typeof tariffUpdates)[number]>
export const setsTariff = (command: Command): command is TariffCommand =>
  tariffUpdates.some((each) => each === command.useCase)

/**
 * Where a tariff stands among those of one supplier for one meter. What it signs later has the higher
 * counter, in whichever message; ours have a version besides, which never falls.
 */
export type TariffOrder = { readonly counter: bigint; readonly version: number | undefined }

export const tariffOrder = (command: TariffCommand): TariffOrder => ({
  counter: command.counter,
  version: command.useCase === 'ECS01a' ? undefined : command.version,
})

/** Whether a tariff may take the place of the one that is held. */
export const isLater = (held: TariffOrder, offered: TariffOrder): boolean =>
  offered.counter > held.counter &&
  (offered.version === undefined || held.version === undefined || offered.version > held.version)

/** As records and people see it: the standard's message has no version. */
export const orderWords = ({ counter, version }: TariffOrder) => ({
  counter: counter.toString(),
  version: version ?? null,
})

/** A supplier's tariff as verified; what plans are made on. */
export type MeterTariff = TariffOrder & {
  readonly meter: Eui64
  readonly prices: readonly HalfHourPrice[]
  readonly readAt: Instant
}

export type MeterTariffProblem =
  /** Nothing came back, or what came back is not a tariff. */
  | 'TariffUnreadable'
  /** Not signed by the pinned supplier. */
  | 'TariffForged'
  /** Older than what is held: a replay. */
  | 'TariffOlder'
  /** No price from now on: it is over, or has not begun. */
  | 'TariffStale'
  /** Signed for another meter. */
  | 'TariffElsewhere'

/** The supplier whose tariffs are believed, as its pinned certificate names it. */
export type PinnedSupplier = {
  readonly publicKey: PublicKey
  readonly organisation: Eui64
  readonly eui: Eui64
}

/** The supplier-signed tariff inside a meter's answer, as bytes. */
export function signedTariffIn(payload: Uint8Array): Uint8Array | undefined {
  const read = decodeResponse(payload)
  return read.ok ? read.value.response.data : undefined
}

/**
 * Verifies a tariff end to end: signed by the pinned supplier, for this meter. Neither the meter,
 * the hub nor the DCC needs to be believed.
 */
export function openTariff(
  signed: Uint8Array,
  meter: Eui64,
  supplier: PinnedSupplier,
  crypto: Crypto,
  readAt: Instant,
): Outcome<MeterTariff, MeterTariffProblem> {
  const read = decodeSigned(signed)
  if (!read.ok) return refused('TariffUnreadable', read.reason)
  const { command, covered, signature } = read.value
  if (!setsTariff(command)) return refused('TariffUnreadable', command.useCase)
  const { originator } = command
  if (originator !== supplier.organisation && originator !== supplier.eui)
    return refused('TariffForged', `from ${originator}`)
  if (!crypto.verify(supplier.publicKey, covered, signature)) return refused('TariffForged')
  if (command.target !== meter) return refused('TariffElsewhere', `for ${command.target}`)
  const prices = pricesFrom(command, readAt)
  return prices.ok ? ok({ meter, ...tariffOrder(command), readAt, prices: prices.value }) : prices
}

/** The tariff in a command; who signed it is for the caller to verify. */
export function tariffSaid(command: TariffCommand): Outcome<Tariff, 'TariffUnreadable'> {
  if (command.useCase === 'UpdateHalfHourlyTariff') return ok(halfHourlySaid(command))
  const read =
    command.useCase === 'ECS01a'
      ? standardTariff(command)
      : readTariffBytes(command.document, command.version)
  return read.ok ? read : refused('TariffUnreadable', read.reason)
}

/**
 * From when a tariff is to hold: the date of the standard's message, where it has one; of ours when the first
 * price or the document begins. `undefined` where that is at once, or where the document cannot be read.
 */
export function beginsAt(command: TariffCommand): Instant | undefined {
  if (command.useCase === 'UpdateHalfHourlyTariff') return command.from
  if (command.useCase === 'ECS01a')
    return typeof command.execution === 'string' ? undefined : command.execution
  const said = tariffSaid(command)
  if (!said.ok) return undefined
  const [first = 0, ...others] = said.value.versions.map(({ validFrom }) => validFrom)
  return instant(Math.min(first, ...others))
}

/** It has no standing charge. */
const halfHourlySaid = ({ version, from, prices }: HalfHourlyTariff): Tariff => ({
  id: 'half-hourly',
  clock: 'UTC',
  versions: [
    {
      version,
      validFrom: from,
      validUntil: instant(from + prices.length * halfHourMillis),
      standingCharge: 0 as Micropence,
      rates: { kind: 'halfHourly', prices: prices.map((each) => (each * 1_000) as Micropence) },
    },
  ],
})

const pricesOf = (tariff: HalfHourlyTariff): HalfHourPrice[] =>
  tariff.prices.map((price, at) => ({
    from: instant(tariff.from + at * halfHourMillis),
    pencePerKilowattHour: price / 1000,
  }))

/** What a plan looks ahead, and what is shown; read anew before it is over. */
const aheadMillis = 7 * 24 * 3_600_000

function pricesFrom(
  command: TariffCommand,
  readAt: Instant,
): Outcome<HalfHourPrice[], MeterTariffProblem> {
  // One that has not begun has no price for now, and takes nobody's place.
  if (command.useCase === 'UpdateHalfHourlyTariff')
    return ok(command.from > readAt + limits.clockSkewMillisMax ? [] : pricesOf(command))
  const tariff = tariffSaid(command)
  if (!tariff.ok) return tariff
  return ok(halfHourPrices(inForce(tariff.value, readAt), readAt, instant(readAt + aheadMillis)))
}

/**
 * A version that has begun counts for all of the half-hour in which it is read, and so does one that begins
 * before a clock as slow as may be gets there: whoever says so now goes by another clock.
 */
const inForce = ({ versions, ...tariff }: Tariff, readAt: Instant): Tariff => ({
  ...tariff,
  versions: versions.map((each) =>
    each.validFrom > readAt + limits.clockSkewMillisMax
      ? each
      : { ...each, validFrom: instant(Math.min(each.validFrom, halfHourOf(readAt))) },
  ),
})

/** The last good tariff is kept whatever comes; only a newer one, with prices ahead, replaces it. */
export function acceptTariff(
  held: MeterTariff | undefined,
  offered: MeterTariff,
  now: Instant,
): Outcome<MeterTariff, MeterTariffProblem> {
  if (held !== undefined && offered.counter !== held.counter && !isLater(held, offered))
    return refused('TariffOlder', `${placeOf(offered)}, held ${placeOf(held)}`)
  const last = offered.prices.at(-1)
  if (last === undefined || last.from + halfHourMillis <= now) return refused('TariffStale')
  return ok(offered)
}

const placeOf = ({ counter, version }: TariffOrder): string =>
  version === undefined ? `counter ${counter}` : `version ${version} (counter ${counter})`

export const isNewer = (held: MeterTariff | undefined, offered: MeterTariff): boolean =>
  held === undefined || isLater(held, offered)

/** Whose tariff a home pays: the pinned supplier's, for its own meter. */
export type Payer = { readonly meter: Eui64; readonly supplier: PinnedSupplier }

/**
 * For devices, which keep the signed bytes: the tariff that replaces the held one, `undefined` when it
 * is the one held. What is held and does not verify any more, since the supplier is another one, does
 * not count.
 */
export function newerTariff(
  held: Uint8Array | undefined,
  offered: Uint8Array,
  { meter, supplier }: Payer,
  crypto: Crypto,
  now: Instant,
): Outcome<MeterTariff | undefined, MeterTariffProblem> {
  const opened = openTariff(offered, meter, supplier, crypto, now)
  if (!opened.ok) return opened
  const before = held && openTariff(held, meter, supplier, crypto, now)
  const last = before?.ok === true ? before.value : undefined
  const accepted = acceptTariff(last, opened.value, now)
  if (!accepted.ok) return accepted
  return ok(isNewer(last, accepted.value) ? accepted.value : undefined)
}
