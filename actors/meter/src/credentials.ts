import { resultOfCells, type Answer } from '@interlock/gbcs'
import { judgeCredentials, newSigner, type CredentialsCommand } from '@interlock/seal'
import type { MeterParts } from './commands.ts'

/** Replaces the supplier's certificates, and answers for each cell; a meter has no load controller's. */
export function replaceCredentials(command: CredentialsCommand, meter: MeterParts): Answer {
  const { cells, roots, wall, crypto, memory, audit } = meter
  const changes = judgeCredentials(command, cells.holder, { roots, at: wall.now(), crypto })
  for (const { report, holder, problem = '' } of changes)
    audit.critical(holder === undefined ? 'CellKept' : 'CellReplaced', {
      ...report.cell,
      outcome: report.outcome,
      problem,
    })
  const reports = changes.map(({ report }) => report)
  const signer = newSigner(changes)
  const floor = signer && { originator: signer.organisation, counter: command.floor }
  if (changes.some(({ holder }) => holder !== undefined))
    memory.replace(cells.changed(changes), floor)
  return {
    result: resultOfCells(reports),
    cells: reports,
    ...(floor === undefined ? {} : { floor: command.floor }),
  }
}
