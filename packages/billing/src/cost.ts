import { ok, refused, type Outcome } from '@interlock/kernel'
import type { OcpiPrice, Tariff } from '@interlock/ocpi'

/** What is billed: energy, and time with the vehicle connected. */
export type Used = { readonly wattHours: number; readonly hours: number }

const dimensions = ['FLAT', 'ENERGY', 'TIME'] as const

/**
 * Cost by a tariff whose elements hold always: a flat fee, energy per kWh, time per hour, each rounded up
 * to its step. Tariffs with restrictions or a price of parking are not computed here: the signed readings
 * do not say when a vehicle only parked.
 */
export function costOf(
  tariff: Tariff,
  { wattHours, hours }: Used,
): Outcome<Required<OcpiPrice>, 'TariffUnsupported'> {
  if (tariff.elements.some(({ restrictions }) => restrictions !== undefined))
    return refused('TariffUnsupported', 'restrictions')
  const components = tariff.elements.flatMap((element) => element.price_components)
  if (components.some(({ type }) => type === 'PARKING_TIME'))
    return refused('TariffUnsupported', 'PARKING_TIME')
  let [excl, incl] = [0, 0]
  for (const type of dimensions) {
    // The first element that has a price for the dimension (OCPI 2.2.1 §11.3.1).
    const component = components.find((each) => each.type === type)
    if (component === undefined) continue
    const { price, vat = 0, step_size: step } = component
    const amount = {
      FLAT: 1,
      ENERGY: rounded(wattHours, step) / 1_000,
      TIME: rounded(hours * 3_600, step) / 3_600,
    }[type]
    excl += price * amount
    incl += price * amount * (1 + vat / 100)
  }
  const { min_price: min, max_price: max } = tariff
  return ok({
    excl_vat: within(excl, min?.excl_vat, max?.excl_vat),
    incl_vat: within(incl, min?.incl_vat, max?.incl_vat),
  })
}

/** Up to a whole step; what a computation lost below a thousandth is no step. */
const rounded = (amount: number, step: number): number =>
  step === 0 ? amount : Math.ceil(Math.round(amount * 1_000) / 1_000 / step) * step

const within = (cost: number, min = -Infinity, max = Infinity): number =>
  Math.min(Math.max(cost, min), max)
