import { canonicalJson, parseJson, refused, sameBytes, utf8, type Outcome } from '@interlock/kernel'
import { Value } from 'typebox/value'
import { TariffDocument, tariffDepthMax } from './document.ts'
import type { TariffProblem } from './fields.ts'
import { tariffOf } from './read-tariff.ts'
import type { Tariff } from './tariff.ts'

/** A tariff as the bytes that its supplier signs: one spelling, so that nobody reads another thing. */
export const tariffBytes = (document: TariffDocument): Uint8Array => utf8(canonicalJson(document))

export type CarriedProblem = TariffProblem | 'NotADocument' | 'SpellingWrong' | 'VersionWrong'

/**
 * Reads the bytes that {@link tariffBytes} makes, of the one version that is said to be carried. Who
 * signed them is for the caller to verify.
 */
export function readTariffBytes(
  bytes: Uint8Array,
  version: number,
): Outcome<Tariff, CarriedProblem> {
  const json = parseJson(new TextDecoder().decode(bytes), tariffDepthMax)
  if (!json.ok) return refused('NotADocument', json.reason)
  if (!Value.Check(TariffDocument, json.value)) return refused('NotADocument', 'of another shape')
  if (!sameBytes(tariffBytes(json.value), bytes)) return refused('SpellingWrong')
  const { versions } = json.value
  if (versions.length !== 1 || versions[0]?.version !== version)
    return refused('VersionWrong', `not version ${version} alone`)
  return tariffOf(json.value)
}
