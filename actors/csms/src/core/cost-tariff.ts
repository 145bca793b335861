import { Fault, fromIso, type Instant } from '@interlock/kernel'
import {
  clocks,
  dayCost,
  micropenceOf,
  nanopence,
  tariffOf,
  type Nanopence,
  type Tariff,
} from '@interlock/tariff'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Pence = Type.Number({ minimum: 0, maximum: 10_000 })

/** Pence are hundredths of the currency, whichever it is; at most six decimals, tax included. */
const Version = Type.Object(
  {
    version: Type.Integer({ minimum: 0, maximum: 0xffff_ffff }),
    /** Transactions that start from here on, until another version is valid. */
    validFrom: Type.String({ minLength: 20, maxLength: 30 }),
    /** From each time of the clock on until the next; the first is midnight. */
    prices: Type.Array(
      Type.Object(
        {
          from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
          pencePerKilowattHour: Pence,
        },
        strict,
      ),
      { minItems: 1, maxItems: 48 },
    ),
    /** Once, for a transaction in which energy was taken. */
    sessionFeePence: Type.Optional(Pence),
    /** For every whole minute in which a car that has charged stays plugged in and takes nothing. */
    idleFeePencePerMinute: Type.Optional(Pence),
  },
  strict,
)

/** What transactions cost at this CSMS. */
export const CostConfig = Type.Object(
  {
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    clock: Type.Enum([...clocks], { default: 'Europe/London' }),
    /** A station that sends no event for so long is told the cost by CostUpdated. */
    updateSeconds: Type.Integer({ minimum: 10, maximum: 86_400, default: 300 }),
    versions: Type.Array(Version, { minItems: 1, maxItems: 400 }),
  },
  strict,
)
export type CostConfig = Static<typeof CostConfig>

export type CostVersion = {
  readonly version: number
  readonly validFrom: Instant
  /** Price of energy at any time from `validFrom` on. */
  readonly energy: Tariff
  readonly sessionFee: Nanopence
  readonly idleFeePerMinute: Nanopence
}
/** Versions in the order in which they become valid. */
export type CostTariff = { readonly currency: string; readonly versions: readonly CostVersion[] }

/** @throws Fault `ConfigInvalid`, naming the version and what is wrong with it */
export function costTariffOf({ currency, clock, versions }: CostConfig): CostTariff {
  const read = versions.map((version) => versionOf(version, clock))
  const numbers = read.map(({ version }) => version)
  const twice = numbers.find((version, at) => numbers.indexOf(version) !== at)
  if (twice !== undefined)
    throw new Fault('ConfigInvalid', `costs: version ${twice} is there twice`)
  const sorted = read.toSorted((a, b) => a.validFrom - b.validFrom || a.version - b.version)
  return { currency, versions: sorted }
}

/** The one in force when a transaction starts holds for the whole of it: what its driver was told. */
export const costVersionAt = (tariff: CostTariff, at: Instant): CostVersion | undefined =>
  tariff.versions.findLast(({ validFrom }) => validFrom <= at)

function versionOf(document: Static<typeof Version>, clock: CostConfig['clock']): CostVersion {
  const { version, validFrom: from, prices } = document
  const invalid = (what: string) => new Fault('ConfigInvalid', `costs: version ${version}: ${what}`)
  const validFrom = fromIso(from)
  if (validFrom === undefined) throw invalid(`validFrom ${from}`)
  const registers = prices.map(({ from: name, pencePerKilowattHour }, at) => ({
    register: at + 1,
    name,
    blocks: [{ pencePerKilowattHour }],
  }))
  const switches = prices.map(({ from: at }, index) => ({ at, register: index + 1 }))
  const timeOfUse = {
    registers,
    days: [{ day: 1, switches }],
    weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
    seasons: [{ name: 'all year', from: '01-01', week: 1 }],
  }
  const whole = {
    version,
    validFrom: from,
    validUntil: '9999-01-01T00:00:00Z',
    standingChargePencePerDay: 0,
    timeOfUse,
  }
  const energy = tariffOf({ tariff: 'costs', clock, versions: [whole] })
  if (!energy.ok) throw invalid(`${energy.reason} ${energy.detail ?? ''}`)
  const fee = (pence = 0): Nanopence => {
    const price = micropenceOf(pence)
    if (price === undefined) throw invalid(`${pence} has more than six decimals`)
    // A price of a day is one that is due whole.
    return nanopence(dayCost(price))
  }
  return {
    version,
    validFrom,
    energy: energy.value,
    sessionFee: fee(document.sessionFeePence),
    idleFeePerMinute: fee(document.idleFeePencePerMinute),
  }
}
