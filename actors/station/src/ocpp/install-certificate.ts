import type { Handler, Request, Response } from '@interlock/ocpp'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** M05. */
export const installCertificate =
  (station: Station): Handler<'InstallCertificate'> =>
  (request, context) =>
    throughGate(station, 'InstallCertificate', request, context, {
      apply(_, accepted) {
        const answer = install(station, request)
        station.records.decide({
          action: 'InstallCertificate',
          decision: answer.status === 'Accepted' ? 'stored' : 'ignored',
          ...secondOf(accepted),
        })
        return answer
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
      plain: () => install(station, request),
    })

function install(
  { trustStore }: Station,
  { certificateType, certificate }: Request<'InstallCertificate'>,
): Response<'InstallCertificate'> {
  const refusal = trustStore.install(certificateType, certificate)
  if (refusal === undefined) return { status: 'Accepted' }
  return { status: 'Rejected', statusInfo: { reasonCode: refusal } }
}
