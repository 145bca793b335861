import type {
  CredentialsBody,
  CredentialsRole,
  ResponseName,
  ServiceRequest,
} from '@interlock/duis'
import {
  credentialsUpdates,
  takes,
  type Command,
  type CredentialsUseCase,
  type PartyRole,
} from '@interlock/gbcs'
import { ok, refused, type Outcome, type Refusal } from '@interlock/kernel'
import { judgeReplacement } from '@interlock/seal'
import type { ServiceParts } from './parts.ts'

/** Which message replaces whose certificates. */
const updatesOf = {
  Supplier: { useCase: 'CS02b', role: 'supplier' },
  LoadController: { useCase: 'CS02g', role: 'loadController' },
} as const satisfies Record<CredentialsRole, { useCase: CredentialsUseCase; role: PartyRole }>

/** The command of a request that replaces certificates; two cells of that party, or all three. */
export function credentialsOf(
  { role: whose, certificates, floor, topUpFloor, path, timeChecks }: CredentialsBody,
  id: Pick<ServiceRequest, 'originator' | 'target' | 'counter'>,
): Outcome<Command, ResponseName> {
  const { useCase, role } = updatesOf[whose]
  const { signing, keyAgreement, topUp } = certificates
  const command: Command = {
    useCase,
    ...id,
    floor,
    ...(topUpFloor === undefined ? {} : { topUpFloor }),
    replacements: [
      { cell: { role, keyUsage: 'digitalSignature' }, certificate: signing },
      { cell: { role, keyUsage: 'keyAgreement' }, certificate: keyAgreement },
      ...(topUp === undefined
        ? []
        : [{ cell: { role, keyUsage: 'keyAgreement', topUp: true } as const, certificate: topUp }]),
    ],
    path,
    timeChecks,
  }
  return takes(useCase, command) ? ok(command) : refused('ParameterInvalid', 'certificates')
}

/** What certificates are judged by. */
export type CertificateJudge = Pick<ServiceParts, 'smartMeterRoots' | 'revoked' | 'deps'>

/**
 * Why the certificates of a command do not go into their cells, by the rules of the devices: two parties look
 * before one of them is trusted.
 */
export function credentialsProblem(
  command: Command,
  { smartMeterRoots: roots, revoked, deps }: CertificateJudge,
): Refusal<ResponseName> | undefined {
  if (command.useCase !== 'CS02b' && command.useCase !== 'CS02g') return undefined
  const demands = { roots, revoked, at: deps.wall.now(), crypto: deps.crypto }
  const mode = credentialsUpdates[command.useCase]
  for (const replacement of command.replacements) {
    const judged = judgeReplacement(replacement, command, mode, demands)
    if (!judged.ok)
      return refused('ParameterInvalid', `${judged.reason} ${judged.detail ?? ''}`.trim())
  }
  return undefined
}
