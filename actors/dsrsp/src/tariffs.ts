import { granted, type RequestBody } from '@interlock/duis'
import { decodeResponse, decodeSigned } from '@interlock/gbcs'
import {
  Fault,
  inMinutes,
  ok,
  refused,
  sameBytes,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import {
  newerTariff,
  openTariff,
  orderWords,
  signedTariffIn,
  tablesThatDiffer,
  type MeterTariff,
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

/** What is signed counts also where the DCC cannot be reached for the other read. */
function notCompared(cause: unknown): undefined {
  if (!(cause instanceof Fault)) throw cause
}

/**
 * Read from the meter through the DCC, as any other user may whom the home lets, and verified end to end: signed by the
 * pinned supplier, for that meter, not older than the one kept, also after a restart.
 */
export function createTariffs(context: Context): Tariffs {
  const { audit, dcc, deps, smartMeterIdentity, store, supplier } = context
  const { clock, crypto } = deps
  type Read = { readonly tariff: MeterTariff; readonly shownOther: readonly string[] | undefined }
  const held = new Map<Eui64, Read>()

  const ask = async (meter: Eui64, body: RequestBody): Promise<Outcome<Uint8Array, string>> => {
    const request = {
      originator: smartMeterIdentity.peer.organisation,
      target: meter,
      counter: await store.counter(meter, 'duis', clock.now()),
      service: '4.11.1',
      commandVariant: 1,
      body,
    } as const
    const response = await dcc.ask(request)
    if (!response.ok) return response
    const answer = granted(response.value)
    return answer.ok ? ok(answer.value.payload ?? new Uint8Array()) : answer
  }
  const askSigned = async (meter: Eui64): Promise<Outcome<Uint8Array, string>> => {
    const answer = await ask(meter, { kind: 'readSignedTariff' })
    if (!answer.ok) return answer
    const signed = signedTariffIn(answer.value)
    return signed === undefined ? refused('TariffUnreadable') : ok(signed)
  }

  /** Of a tariff of the standard's; what is signed counts, whatever the meter shows. */
  const compared = async (
    meter: Eui64,
    signed: Uint8Array,
  ): Promise<readonly string[] | undefined> => {
    const set = decodeSigned(signed)
    if (!set.ok || set.value.command.useCase !== 'ECS01a') return undefined
    const answer = await ask(meter, { kind: 'readTariff' })
    const shown = answer.ok ? decodeResponse(answer.value) : answer
    if (!shown.ok || shown.value.response.useCase !== 'ECS24') return undefined
    const tables = tablesThatDiffer(set.value.command, shown.value.response)
    if (tables.length === 0) return tables
    // Another may have come into force between the two reads.
    const again = await askSigned(meter)
    return again.ok && sameBytes(again.value, signed) ? tables : undefined
  }

  const read = async (meter: Eui64): Promise<Outcome<Read, string>> => {
    if (supplier === undefined) return refused('TariffUnexpected', 'no supplier is pinned')
    const offered = await askSigned(meter)
    if (!offered.ok) return offered
    const kept = await store.tariff(meter)
    const newer = newerTariff(kept, offered.value, { meter, supplier }, crypto, clock.now())
    if (!newer.ok) return newer
    if (newer.value !== undefined) await store.putTariff(meter, offered.value)
    const opened = openTariff(offered.value, meter, supplier, crypto, clock.now())
    if (!opened.ok) return opened
    const tariff = opened.value
    const shownOther = await compared(meter, offered.value).catch(notCompared)
    if (shownOther !== undefined && shownOther.length > 0)
      audit.record('TariffShownOther', { meter, ...orderWords(tariff), tables: shownOther })
    return ok({ tariff, shownOther })
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
