import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyAuditFile } from '@interlock/host'
import { servers } from './address-book.ts'
import type { Street } from './start-street.ts'

/** Every actor's audit file of a street. */
export const auditFiles = ({ plan }: Pick<Street, 'plan'>): readonly string[] =>
  [
    ...servers.map((name) => plan.layout.server(name).data),
    ...plan.homes.flatMap((home) =>
      (['hub', 'meter', 'llcs', 'station'] as const).map(
        (kind) => plan.layout.device(kind, home).data,
      ),
    ),
  ].map((data) => join(data, 'audit.jsonl'))

/** Whether every actor has its file and its chain and checkpoints hold, checkpoints by certificates of the two roots. */
export async function verifyStreetAudit(street: Pick<Street, 'plan'>): Promise<boolean> {
  const { trust } = street.plan.layout
  const roots = [trust.charging, trust.smartMeter].map((path) => readFileSync(path, 'utf8'))
  const results = await Promise.all(
    auditFiles(street).map((path) => verifyAuditFile(path, { roots })),
  )
  return results.length > 0 && results.every((result) => result.problem === undefined)
}
