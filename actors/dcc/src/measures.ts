import {
  type Command,
  type CommandOf,
  type LoadControlCommand,
  type UseCase,
} from '@interlock/gbcs'
import { readTariffBytes, type Micropence, type TariffVersion } from '@interlock/tariff'
import type { Attribute } from './thresholds.ts'

/** Every value of each attribute that a command has. */
export type Measures = Readonly<Partial<Record<Attribute, readonly number[]>>>

export const measuresOf = (command: Command): Measures =>
  (measures[command.useCase] as (of: Command) => Measures)(command)

const none = (): Measures => ({})

const ofLoad = ({ levelPercent, from, until }: LoadControlCommand): Measures => ({
  levelPercent: [levelPercent],
  windowMinutes: [(until - from) / 60_000],
})

/** One row per use case, so that no form of a quantity goes by unmeasured. */
const measures: { readonly [Name in UseCase]: (command: CommandOf<Name>) => Measures } = {
  ECS47a: ofLoad,
  ECS47e: ofLoad,
  ActivateLoad: ofLoad,
  DeactivateLoad: ofLoad,
  ECS46d: ({ entries }) => ({ levelPercent: entries.map(({ levelPercent }) => levelPercent) }),
  ECS38: ({ limitSeconds }) => ({ offsetSeconds: [limitSeconds] }),
  UpdateHalfHourlyTariff: ({ prices }) => ({ pricePence: prices.map((price) => price / 1_000) }),
  UpdateTariffDocument: ofDocument,
  ECS01a: ({ prices, priceScale, standingCharge, standingChargeScale }) => ({
    pricePence: prices.map((price) => penceOf(price, priceScale)),
    standingChargePence: [penceOf(standingCharge, standingChargeScale)],
  }),
  ECS70: none,
  CS02b: none,
  CS02g: none,
  CS06: none,
  ECS24: none,
  ECS61d: none,
  ECS61e: none,
  ReadTariff: none,
  ReadConsumption: none,
  ECS22b: none,
}

/** What cannot be measured is within no limit. */
const unmeasured = [-Infinity, Infinity]

function ofDocument({ document, version }: CommandOf<'UpdateTariffDocument'>): Measures {
  const tariff = readTariffBytes(document, version)
  if (!tariff.ok) return { pricePence: unmeasured, standingChargePence: unmeasured }
  const { versions } = tariff.value
  return {
    pricePence: versions.flatMap(({ rates }) => pricesOf(rates)).map(inPence),
    standingChargePence: versions.map(({ standingCharge }) => inPence(standingCharge)),
  }
}

const pricesOf = (rates: TariffVersion['rates']): readonly Micropence[] =>
  rates.kind === 'halfHourly'
    ? rates.prices
    : [...rates.registers.values()].flatMap(({ blocks }) => blocks.map(({ price }) => price))
const inPence = (price: Micropence): number => price / 1_000_000

/** Of units of 10^`scale` pounds. Divided where it is a fraction: 0.3 is not what three tenths multiply to. */
function penceOf(value: number, scale: number): number {
  const power = scale + 2
  return power < 0 ? value / 10 ** -power : value * 10 ** power
}
