import type { Answer } from '@interlock/gbcs'
import { resultOfCells } from '@interlock/gbcs'
import { toBase64 } from '@interlock/kernel'
import { judgeCredentials, newSigner, type CredentialsCommand } from '@interlock/seal'
import { floorCounter } from './core/counters.ts'
import { heldArms, renewalsMax, type Memory } from './core/memory.ts'
import type { Llcs } from './llcs.ts'
import { revokedSerial } from './revocation.ts'

/**
 * Replaces certificates in trust-anchor cells and answers for each cell. Cells, floor and the end of
 * what the replaced key had pre-authorised are one entry of the journal: no loss of power leaves a new
 * key with the old one's counters. Periods of certificates are looked at whatever the message says,
 * since an LLCS has trusted time.
 */
export async function replaceCredentials(
  llcs: Llcs,
  command: CredentialsCommand,
  signed: Uint8Array,
): Promise<Answer> {
  const { cells, deps, keeper, roots, audit } = llcs
  const changes = judgeCredentials(command, cells.holder, {
    roots: roots.smartMeter,
    at: deps.wall.now(),
    crypto: deps.crypto,
    revoked: (serialHex) => revokedSerial(keeper.memory, serialHex),
  })
  const reports = changes.map(({ report }) => report)
  const result = resultOfCells(reports)
  for (const { report, holder, problem } of changes)
    audit.critical(holder === undefined ? 'CellKept' : 'CellReplaced', {
      ...report.cell,
      outcome: report.outcome,
      organisation: report.after?.organisation ?? 'nobody',
      ...(problem === undefined ? {} : { problem }),
    })
  if (changes.every(({ holder }) => holder === undefined)) {
    llcs.publish({ kind: 'security', reason: 'CertificateRefused' })
    return { result, cells: reports }
  }
  const signer = newSigner(changes)
  const text = toBase64(signed)
  const { counters } = keeper.memory
  keeper.commit({
    cells: cells.changed(changes),
    ...(signer === undefined
      ? {}
      : { counters: floorCounter(counters, signer.organisation, command.floor) }),
    ...(signer?.role === 'dsrsp' ? { arms: withoutResponses(llcs), loadController: text } : {}),
    ...(signer?.role === 'supplier'
      ? { renewals: [...(keeper.memory.renewals ?? []), text].slice(-renewalsMax) }
      : {}),
  })
  llcs.publish({ kind: 'state', data: { credentials: command.useCase } })
  // A charger that cannot be reached now, or has no list yet to judge by, is told when it comes back.
  if (signer?.role === 'dsrsp') await llcs.tellStation({ kind: 'loadController', signed: text })
  if (signer?.role === 'supplier') await llcs.tellStation({ kind: 'supplier', signed: text })
  return { result, cells: reports, ...(signer === undefined ? {} : { floor: command.floor }) }
}

/** What the DSRSP before had pre-authorised dies with its key; a response that runs ends as it would have. */
function withoutResponses({ keeper, deps }: Llcs): Memory['arms'] {
  return heldArms(keeper.memory, deps.clock.now(), deps.crypto)
    .filter(({ arm }) => arm.use !== 'response')
    .map(({ stored }) => stored)
}
