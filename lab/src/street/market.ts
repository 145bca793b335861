import { Fault } from '@interlock/kernel'
import type { Day } from '../worlds/day.ts'
import type { Street } from './start-street.ts'

/**
 * What the day rests on: the supplier's tariff in the meters and, read back through the DCC, at the
 * CSMS; a day-ahead plan accepted by both ledgers; every home's response pre-authorised and its curve
 * stored.
 *
 * @throws Fault TariffNotPublished when a meter did not take the tariff.
 */
export async function prepareMarket(
  street: Street,
  day: Day,
  say: (words: string) => void,
): Promise<void> {
  say('The supplier publishes its tariff through the DCC; the CSMS reads it back and plans.')
  const published = await street.supplier.publish(day.prices)
  const missed = published.meters.filter((each) => each.problem !== undefined)
  if (missed.length > 0)
    throw new Fault('TariffNotPublished', `${missed.length} meters: ${missed[0]?.problem ?? ''}`)
  await street.csms.refreshTariffs()
  await street.csms.submitPlan()
  say('The DSRSP pre-authorises response through the DCC and stores its curve at every charger.')
  await street.dsrsp.enrol()
}
