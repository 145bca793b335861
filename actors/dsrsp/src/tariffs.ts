import { granted } from '@interlock/duis'
import { inMinutes, ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import { newerTariff, openTariff, signedTariffIn, type MeterTariff } from '@interlock/seal'
import type { Context } from './context.ts'

/** Tariffs of the members' homes, read when somebody asks. */
export type Tariffs = {
  /** The last good one, read anew when it is older than half an hour. */
  of(meter: Eui64): Promise<{
    readonly tariff: MeterTariff | undefined
    /** Why the last reading was not taken. */
    readonly notTaken: string | undefined
  }>
}

const readAgainMinutes = 30

/**
 * Read from the meter through the DCC, as any other user may, and verified end to end: signed by the
 * pinned supplier, for that meter, not older than the one kept, also after a restart.
 */
export function createTariffs(context: Context): Tariffs {
  const { audit, dcc, deps, smartMeterIdentity, store, supplier } = context
  const { clock, crypto } = deps
  const held = new Map<Eui64, MeterTariff>()

  const ask = async (meter: Eui64): Promise<Outcome<Uint8Array, string>> => {
    const request = {
      originator: smartMeterIdentity.peer.organisation,
      target: meter,
      counter: await store.counter(meter, 'duis', clock.now()),
      service: '4.11.1',
      commandVariant: 1,
      body: { kind: 'readSignedTariff' },
    } as const
    const response = await dcc.ask(request)
    if (!response.ok) return response
    const answer = granted(response.value)
    if (!answer.ok) return answer
    const signed = signedTariffIn(answer.value.payload ?? new Uint8Array())
    return signed === undefined ? refused('TariffUnreadable') : ok(signed)
  }

  const read = async (meter: Eui64): Promise<Outcome<MeterTariff, string>> => {
    if (supplier === undefined) return refused('TariffUnexpected', 'no supplier is pinned')
    const offered = await ask(meter)
    if (!offered.ok) return offered
    const kept = await store.tariff(meter)
    const newer = newerTariff(kept, offered.value, { meter, supplier }, crypto, clock.now())
    if (!newer.ok) return newer
    if (newer.value !== undefined) await store.putTariff(meter, offered.value)
    return openTariff(offered.value, meter, supplier, crypto, clock.now())
  }

  return {
    async of(meter) {
      const last = held.get(meter)
      if (last !== undefined && clock.now() - last.readAt < inMinutes(readAgainMinutes))
        return { tariff: last, notTaken: undefined }
      const outcome = await read(meter)
      if (outcome.ok) {
        held.set(meter, outcome.value)
        return { tariff: outcome.value, notTaken: undefined }
      }
      const { reason, detail = null } = outcome
      audit.record('TariffNotTaken', { meter, reason, detail })
      return { tariff: last, notTaken: reason }
    },
  }
}
