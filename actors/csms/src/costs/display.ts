import type { StationId } from '@interlock/kernel'
import type { Context } from '../context.ts'
import { attributeKey } from '../core/facts.ts'

/**
 * Whether a station shows costs, or tariffs, to people: what its device model says, where it has been
 * read (TariffCostCtrlr, Available and Enabled); else undefined.
 */
export async function shows(
  { known }: Pick<Context, 'known'>,
  stationId: StationId,
  instance: 'Cost' | 'Tariff',
): Promise<boolean | undefined> {
  const said: string[] = []
  for (const name of ['Available', 'Enabled']) {
    const key = attributeKey({ name: 'TariffCostCtrlr' }, { name, instance })
    const fact = await known.find(stationId, 'variable', key)
    said.push(`${fact?.value['value'] ?? ''}`.toLowerCase())
  }
  if (said.includes('false')) return false
  return said.includes('true') ? true : undefined
}
