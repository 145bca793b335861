import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readWitness, verifyAuditFile, witnessFile } from '@interlock/host'
import { servers, type Server } from './address-book.ts'
import type { Street } from './start-street.ts'

/** Who reaches no witness: what they say is checked by its chain and its checkpoints only. */
const unwitnessedServers: readonly Server[] = [
  'authority',
  'web',
  'dso',
  'broker',
  'keys',
  'emsp',
  'cir',
]
const devices = ['hub', 'meter', 'llcs', 'station'] as const

type Trail = { readonly data: string; readonly witnessed: boolean }

const trailsOf = (
  { plan }: Pick<Street, 'plan'>,
  running: readonly Server[] = servers,
): readonly Trail[] => [
  ...running.map((name) => ({
    data: plan.layout.server(name).data,
    witnessed: !unwitnessedServers.includes(name),
  })),
  ...plan.homes.flatMap((home) =>
    devices.map((kind) => ({
      data: plan.layout.device(kind, home).data,
      witnessed: kind === 'station',
    })),
  ),
]

/** Every actor's audit file of a street. */
export const auditFiles = (street: Pick<Street, 'plan'>): readonly string[] =>
  trailsOf(street).map(({ data }) => join(data, 'audit.jsonl'))

/**
 * Whether every actor has its file and its chain and checkpoints hold, checkpoints by certificates of the
 * two roots; and whether each that has a witness agrees with what that saw, of which there must be something.
 */
export async function verifyStreetAudit(street: Pick<Street, 'plan' | 'dso'>): Promise<boolean> {
  const running = servers.filter((name) => name !== 'dso' || street.dso !== undefined)
  const { trust } = street.plan.layout
  const roots = [trust.charging, trust.smartMeter].map((path) => readFileSync(path, 'utf8'))
  const results = await Promise.all(
    trailsOf(street, running).map(({ data, witnessed }) =>
      verifyAuditFile(join(data, 'audit.jsonl'), {
        roots,
        ...(witnessed && { statements: readWitness(join(data, witnessFile), roots) }),
      }),
    ),
  )
  return results.length > 0 && results.every((result) => result.problem === undefined)
}
