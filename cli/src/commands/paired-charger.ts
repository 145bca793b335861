import { parseEui64, type Eui64 } from '@interlock/kernel'
import { UsageError } from '../command.ts'

/**
 * The charger that a device has paired with.
 * @param device its folder
 * @throws UsageError where it has not paired; Fault for what cannot be read
 */
export async function chargerOf(device: string): Promise<Known> {
  const { readSecret } = await import('@interlock/host')
  const known = chargerIn(readSecret(`${device}/charger.json`))
  if (known === undefined) throw new UsageError(`${device}: pair this device first`)
  return known
}

type Known = { readonly station: Eui64; readonly door: string; readonly meter: string }

/** What this device wrote when it paired; `undefined` where it is something else. */
function chargerIn(text: string): Known | undefined {
  try {
    const { station, door, meter } = JSON.parse(text) as Record<string, unknown>
    const eui = typeof station === 'string' ? parseEui64(station) : undefined
    return eui !== undefined && typeof door === 'string' && typeof meter === 'string'
      ? { station: eui, door, meter }
      : undefined
  } catch {
    return undefined
  }
}
