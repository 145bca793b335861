import { granted } from '@interlock/duis'
import { readFrame, type ReadFrame } from '@interlock/gbcs'
import { ok, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import {
  openTariff,
  readSigned,
  shownOther,
  type AskMeter,
  type MeterTariff,
} from '@interlock/seal'
import type { Asking } from '@interlock/supplier'

export type TariffRead = {
  /** What the supplier signed, as it holds in the days to come. */
  readonly tariff: MeterTariff
  /** What the meter says that it goes by (ECS24); absent where that is a tariff that those tables cannot say. */
  readonly shown: ReadFrame | undefined
  /** The tables in which the one is not the other; `undefined` where they could not be compared. */
  readonly differ: readonly string[] | undefined
}

/**
 * Reads a tariff of a meter twice (4.11.1): as its supplier signed it, and as the meter shows it.
 * @throws Fault `PeerUnavailable` when the data company does not answer.
 */
export async function readTariff(
  meter: Eui64,
  supplier: Peer,
  { dcc, organisation, crypto }: Pick<Asking, 'dcc' | 'organisation' | 'crypto'>,
  now: Instant,
): Promise<Outcome<TariffRead, string>> {
  let counter = BigInt(now)
  let shown: ReadFrame | undefined
  const ask: AskMeter = async (kind) => {
    const id = { originator: organisation, target: meter, counter: counter++ }
    const answered = await dcc.ask({ ...id, service: '4.11.1', commandVariant: 1, body: { kind } })
    if (!answered.ok) return answered
    const { payload = new Uint8Array() } = answered.value
    const frame = kind === 'readTariff' ? readFrame(payload) : undefined
    if (frame?.ok === true) shown = frame.value
    const done = granted(answered.value)
    return done.ok ? ok(payload) : done
  }
  const signed = await readSigned(ask)
  if (!signed.ok) return signed
  const tariff = openTariff(signed.value, meter, supplier, crypto, now)
  if (!tariff.ok) return tariff
  const differ = await shownOther(signed.value, ask)
  return ok({ tariff: tariff.value, shown, differ })
}

/** Half-hours of one price as one: from when on it is which. */
export const changesOf = ({ prices }: MeterTariff): MeterTariff['prices'] =>
  prices.filter(
    ({ pencePerKilowattHour }, at) => prices[at - 1]?.pencePerKilowattHour !== pencePerKilowattHour,
  )
