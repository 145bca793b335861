import { connected, loginFlags, loginIn, loginUsage, type Connection } from '../at-server.ts'
import { UsageError } from '../command.ts'
import { textOf, type FlagSpecs, type FlagValues } from '../flags.ts'

/** Which data company, and as whom. */
export const companyFlags = loginFlags('dcc', {
  at: 'the data company: https://…',
  identity: 'key and chain of a user, or of the supervisor',
  side: 'smart-meter',
})
export const companyAccess = loginUsage('dcc')
export const certificateFlag = {
  certificate: {
    kind: 'text',
    value: 'FILE',
    help: 'what the data company signs its answers with',
  },
} as const satisfies FlagSpecs

/** @throws UsageError when it is not given. */
export function certificateIn(flags: FlagValues): string {
  const path = textOf(flags, 'certificate')
  if (path === undefined) throw new UsageError('whose signature? --certificate FILE')
  return path
}

/**
 * Speaks with the data company as one of its users, or as the supervisor.
 * @throws UsageError when it is not said with which; Fault for what cannot be read or reached
 */
export const atCompany = async <Result>(
  flags: FlagValues,
  work: (company: Connection) => Promise<Result>,
): Promise<Result> => connected(await loginIn(flags, 'dcc'), 'dcc', work)
