import { decodeResponse, decodeSigned } from '@interlock/gbcs'
import {
  instant,
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { halfHourMillis } from '@interlock/power'
import type { Tariff, TariffProblem } from '../core/tariff.ts'

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
  supplier: Pick<Peer, 'publicKey' | 'organisation' | 'eui'>,
  crypto: Crypto,
  readAt: Instant,
): Outcome<Tariff, TariffProblem> {
  const read = decodeSigned(signed)
  if (!read.ok) return refused('TariffUnreadable', read.reason)
  const { command, covered, signature } = read.value
  if (command.useCase !== 'UpdateHalfHourlyTariff')
    return refused('TariffUnreadable', command.useCase)
  const { originator } = command
  if (originator !== supplier.organisation && originator !== supplier.eui)
    return refused('TariffForged', `from ${originator}`)
  if (!crypto.verify(supplier.publicKey, covered, signature)) return refused('TariffForged')
  if (command.target !== meter) return refused('TariffElsewhere', `for ${command.target}`)
  return ok({
    meter,
    version: command.version,
    readAt,
    prices: command.prices.map((price, at) => ({
      from: instant(command.from + at * halfHourMillis),
      pencePerKilowattHour: price / 1000,
    })),
  })
}
