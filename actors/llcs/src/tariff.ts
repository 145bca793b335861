import { hanAnswers } from '@interlock/contract'
import { fromBase64, toBase64 } from '@interlock/kernel'
import { newerTariff, orderWords } from '@interlock/seal'
import type { Llcs } from './llcs.ts'
import { isRevoked } from './revocation.ts'

const done = Uint8Array.of(hanAnswers.done)
const refusal = Uint8Array.of(hanAnswers.refused)

/**
 * A tariff from the home's meter: the command that its supplier signed, whoever carried it. It is
 * verified here, is durable before the answer, and goes on to the charger, which verifies it too.
 */
export async function takeTariff(llcs: Llcs, signed: Uint8Array): Promise<Uint8Array> {
  const { keeper, audit, deps, payer } = llcs
  if (payer === undefined) return refuse(llcs, 'TariffUnexpected')
  if (isRevoked(keeper.memory, payer.supplier)) return refuse(llcs, 'SignerRevoked')
  const { tariff: text } = keeper.memory
  const held = text === undefined ? undefined : fromBase64(text)
  const newer = newerTariff(held, signed, payer, deps.crypto, deps.clock.now())
  if (!newer.ok) return refuse(llcs, newer.reason, newer.detail)
  if (newer.value === undefined) return done
  audit.critical('TariffTaken', orderWords(newer.value))
  const next = toBase64(signed)
  keeper.commit({ tariff: next })
  // A charger that cannot be reached now is told when it comes back.
  await llcs.tellStation({ kind: 'tariff', signed: next })
  return done
}

function refuse(llcs: Llcs, reason: string, detail = ''): Uint8Array {
  llcs.audit.critical('TariffRefused', { reason, detail })
  llcs.publish({ kind: 'security', reason })
  return refusal
}
