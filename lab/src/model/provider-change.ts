import type { CommandOf } from '@interlock/gbcs'
import { fromPem } from '@interlock/pki'
import { nextDsrspMeter } from '../home/parties.ts'

/** What a supplier says to an LLCS whose home goes to the other DSR provider: both of its certificates, by CS02g. */
export const changeOfProvider = (
  from: Pick<CommandOf<'CS02g'>, 'originator' | 'target' | 'counter'>,
): CommandOf<'CS02g'> => ({
  ...from,
  useCase: 'CS02g',
  floor: 0n,
  replacements: (['digitalSignature', 'keyAgreement'] as const).map((keyUsage) => ({
    cell: { role: 'loadController', keyUsage },
    certificate: nextDsrspMeter.peer.der,
  })),
  path: fromPem(nextDsrspMeter.chainPem, 'CERTIFICATE').slice(1),
  timeChecks: true,
})
