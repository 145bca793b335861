import { granted } from '@interlock/duis'
import { inMinutes, ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import {
  newerTariff,
  openTariff,
  orderWords,
  readSigned,
  shownOther,
  type MeterTariff,
  type TariffRead,
} from '@interlock/seal'
import type { Context } from './context.ts'

/** Tariffs of the members' homes, read when somebody asks. */
export type Tariffs = {
  /** The last good one, read anew when it is older than half an hour. */
  of(meter: Eui64): Promise<{
    readonly tariff: MeterTariff | undefined
    /** Why the last reading was not taken. */
    readonly notTaken: string | undefined
    /** The tables in which the meter shows another tariff than its supplier signed; `undefined` where none were compared. */
    readonly shownOther: readonly string[] | undefined
  }>
}

const readAgainMinutes = 30

/**
 * Read from the meter through the DCC, as any other user may whom the home lets, and verified end to end: signed by the
 * pinned supplier, for that meter, not older than the one kept, also after a restart.
 */
export function createTariffs(context: Context): Tariffs {
  const { audit, dcc, deps, smartMeterIdentity, store, supplier } = context
  const { clock, crypto } = deps
  type Read = { readonly tariff: MeterTariff; readonly shownOther: readonly string[] | undefined }
  const held = new Map<Eui64, Read>()

  const askOf = (meter: Eui64) => async (kind: TariffRead) => {
    const request = {
      originator: smartMeterIdentity.peer.organisation,
      target: meter,
      counter: await store.counter(meter, 'duis', clock.now()),
      service: '4.11.1',
      commandVariant: 1,
      body: { kind },
    } as const
    const response = await dcc.ask(request)
    if (!response.ok) return response
    const answer = granted(response.value)
    return answer.ok ? ok(answer.value.payload ?? new Uint8Array()) : answer
  }
  const read = async (meter: Eui64): Promise<Outcome<Read, string>> => {
    if (supplier === undefined) return refused('TariffUnexpected', 'no supplier is pinned')
    const ask = askOf(meter)
    const offered = await readSigned(ask)
    if (!offered.ok) return offered
    const kept = await store.tariff(meter)
    const newer = newerTariff(kept, offered.value, { meter, supplier }, crypto, clock.now())
    if (!newer.ok) return newer
    if (newer.value !== undefined) await store.putTariff(meter, offered.value)
    const opened = openTariff(offered.value, meter, supplier, crypto, clock.now())
    if (!opened.ok) return opened
    const tariff = opened.value
    const tables = await shownOther(offered.value, ask)
    if (tables !== undefined && tables.length > 0)
      audit.record('TariffShownOther', { meter, ...orderWords(tariff), tables })
    return ok({ tariff, shownOther: tables })
  }

  return {
    async of(meter) {
      const last = held.get(meter)
      if (last !== undefined && clock.now() - last.tariff.readAt < inMinutes(readAgainMinutes))
        return { ...last, notTaken: undefined }
      const outcome = await read(meter)
      if (outcome.ok) {
        held.set(meter, outcome.value)
        return { ...outcome.value, notTaken: undefined }
      }
      const { reason, detail = null } = outcome
      audit.record('TariffNotTaken', { meter, reason, detail })
      return { tariff: last?.tariff, shownOther: last?.shownOther, notTaken: reason }
    },
  }
}
