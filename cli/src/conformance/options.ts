import { profileNames, readTable, type Role, type Row } from '@interlock/lab/conformance'
import { UsageError } from '../command.ts'
import { texts, type FlagValues } from '../flags.ts'

/** Which cases are meant. */
export type Choice = {
  readonly role: Role
  readonly profile?: string
  readonly ids: readonly string[]
  /** Their rows of the table, at least one. */
  readonly rows: readonly Row[]
}

/** @throws UsageError for a profile or a case that there is not */
export function readChoice(flags: FlagValues): Choice {
  const role: Role = flags['role'] === 'station' ? 'station' : 'csms'
  const { profile } = flags
  if (profile !== undefined && !(profileNames as readonly unknown[]).includes(profile))
    throw new UsageError(`--profile: one of ${profileNames.join(', ')}`)
  const ids = texts(flags, 'id')
  const table = readTable(role)
  const unknown = ids.find((id) => !table.some((row) => row.id === id))
  if (unknown !== undefined)
    throw new UsageError(`--id: there is no case “${unknown}” of role ${role}`)
  const rows = table.filter(
    (row) =>
      (profile === undefined || row.profiles.some(({ name }) => name === profile)) &&
      (ids.length === 0 || ids.includes(row.id)),
  )
  if (rows.length === 0) throw new UsageError('no case is chosen')
  return { role, ids, rows, ...(typeof profile === 'string' ? { profile } : {}) }
}
