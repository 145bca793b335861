import { decodeResponse, decodeSigned } from '@interlock/gbcs'
import { Fault, ok, refused, sameBytes, type Outcome } from '@interlock/kernel'
import { signedTariffIn } from './meter-tariff.ts'
import { tablesThatDiffer } from './shown-tariff.ts'

/** The two reads of a meter's tariff (4.11.1): what its supplier signed, ours, and what the meter goes by, the standard's. */
export type TariffRead = 'readSignedTariff' | 'readTariff'
/**
 * Asks a meter, and gives back its answer.
 * @throws Fault where the data company cannot be reached.
 */
export type AskMeter = (read: TariffRead) => Promise<Outcome<Uint8Array, string>>

/**
 * The supplier's signed command, which its reader has yet to verify.
 * @throws Fault as `ask` does.
 */
export async function readSigned(ask: AskMeter): Promise<Outcome<Uint8Array, string>> {
  const answer = await ask('readSignedTariff')
  if (!answer.ok) return answer
  const signed = signedTariffIn(answer.value)
  return signed === undefined ? refused('TariffUnreadable') : ok(signed)
}

/**
 * The tables in which the meter shows another tariff than its supplier signed; `undefined` where none were compared:
 * a tariff of ours has no tables, and what is signed counts also where the other read has no answer.
 */
export async function shownOther(
  signed: Uint8Array,
  ask: AskMeter,
): Promise<readonly string[] | undefined> {
  const set = decodeSigned(signed)
  if (!set.ok || set.value.command.useCase !== 'ECS01a') return undefined
  try {
    const answer = await ask('readTariff')
    const shown = answer.ok ? decodeResponse(answer.value) : answer
    if (!shown.ok || shown.value.response.useCase !== 'ECS24') return undefined
    const tables = tablesThatDiffer(set.value.command, shown.value.response)
    if (tables.length === 0) return tables
    // Another may have come into force between the two reads.
    const again = await readSigned(ask)
    return again.ok && sameBytes(again.value, signed) ? tables : undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return undefined
  }
}
