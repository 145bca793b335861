import {
  assert,
  fromIso,
  inHours,
  instant,
  toIso,
  type Clock,
  type Instant,
} from '@interlock/kernel'
import { halfHourMillis } from '@interlock/power'
import type { Journal } from '@interlock/store'
import { tariffOf, type Tariff, type TariffDocument, type VersionDocument } from '@interlock/tariff'
import type { Offer } from '../tariff.ts'

/** What this supplier has published, so that what was used is priced by what was in force. */
export type PublishedTariffs = {
  /** @param from when the DCC was told to send it; absent: at once */
  keep(offer: Offer, version: number, from?: Instant): void
  /** Each of one version. */
  readonly all: readonly Tariff[]
  close(): void
}

type Held = { readonly document: TariffDocument; readonly tariff: Tariff }
/** The newest count. */
const versionsMax = 2_000

/**
 * On the disk before it counts.
 * @param days for how many days before now prices are kept
 */
export function openPublishedTariffs(
  journal: Journal,
  { days, clock }: { readonly days: number; readonly clock: Pick<Clock, 'now'> },
): PublishedTariffs {
  let held: readonly Held[] = []
  const apply = (documents: readonly TariffDocument[]): void => {
    const before = clock.now() - inHours(24 * days)
    held = [...held, ...documents.flatMap(read)]
      .filter(({ tariff }) => tariff.versions.some(({ validUntil }) => validUntil > before))
      .slice(-versionsMax)
  }
  apply(journal.entries() as readonly TariffDocument[])

  return {
    keep(offer, version, from) {
      const document = documentOf(offer, version, from)
      if (document === undefined) return
      journal.append(document)
      apply([document])
      if (journal.isLong) journal.rewrite(held.map((each) => each.document))
    },
    get all() {
      return held.map(({ tariff }) => tariff)
    },
    close: () => journal.close(),
  }
}

/** What is in force of an offer, from when the DCC sends it; `undefined` where that is nothing. */
function documentOf(
  offer: Offer,
  version: number,
  from: Instant | undefined,
): TariffDocument | undefined {
  if ('versions' in offer) {
    const [only] = offer.versions
    assert(only !== undefined, 'a document that is published has a version')
    return { ...offer, versions: [later({ ...only, version }, from)] }
  }
  const prices = offer.filter((each) => from === undefined || each.from >= from)
  const [first] = prices
  if (first === undefined) return undefined
  const half: VersionDocument = {
    version,
    validFrom: toIso(first.from),
    standingChargePencePerDay: 0,
    // As the message carries them: thousandths of a penny.
    halfHourlyPencePerKilowattHour: prices.map(
      ({ pencePerKilowattHour }) => Math.round(pencePerKilowattHour * 1_000) / 1_000,
    ),
  }
  return { tariff: 'half-hourly', clock: 'UTC', versions: [half] }
}

function later(version: VersionDocument, from: Instant | undefined): VersionDocument {
  const validFrom = fromIso(version.validFrom)
  if (from === undefined || validFrom === undefined || validFrom >= from) return version
  const { halfHourlyPencePerKilowattHour: prices, ...rest } = version
  if (prices === undefined) return { ...rest, validFrom: toIso(from) }
  const gone = Math.ceil((from - validFrom) / halfHourMillis)
  return {
    ...rest,
    validFrom: toIso(instant(validFrom + gone * halfHourMillis)),
    halfHourlyPencePerKilowattHour: prices.slice(gone),
  }
}

/** What was published was a tariff; of what is none any more there is no price. */
function read(document: TariffDocument): readonly Held[] {
  const tariff = tariffOf(document)
  return tariff.ok ? [{ document, tariff: tariff.value }] : []
}
