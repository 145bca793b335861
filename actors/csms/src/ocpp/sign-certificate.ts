import { limits, vendorId } from '@interlock/contract'
import { Fault } from '@interlock/kernel'
import { CallFailed, type Handler, type Request } from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import type { Context } from '../context.ts'
import { learn } from '../lessons/index.ts'
import type { Sender } from './handlers.ts'

/**
 * A02: the request goes to the supervisor, whose register decides. The certificate follows in a
 * CertificateSigned of its own, with the certificates of the cells that the station shall pin. The
 * CSMS sees the request but cannot change it: a proof inside binds it to the unit.
 */
export const signCertificate =
  (context: Context, sender: Sender): Handler<'SignCertificate'> =>
  (request) => {
    if (request.certificateType === 'V2GCertificate')
      return { status: 'Rejected', statusInfo: { reasonCode: 'V2GNotOffered' } }
    context.audit.record('CertificateRequested', { station: sender.stationId })
    inBackground(context.deps, 'sign-certificate', () => obtain(context, sender, request.csr))
    return { status: 'Accepted' }
  }

async function obtain(context: Context, sender: Sender, csrPem: string): Promise<void> {
  const { stationId, profile, trust } = sender
  try {
    const answer = await context.supervisor.certificate(stationId, csrPem, profile !== 3)
    if (!answer.ok) {
      refuse(context, sender, answer.reason, answer.detail)
      return
    }
    const endpoint = context.sessions.get(stationId)?.endpoint
    const request: Request<'CertificateSigned'> = {
      certificateChain: answer.value.chainPem,
      certificateType: 'ChargingStationCertificate',
      // A standard station pins nobody.
      ...(trust === 'standard'
        ? {}
        : {
            customData: { vendorId, cells: answer.value.cells, ...listsThatFit(context) },
          }),
    }
    const response = await endpoint?.call('CertificateSigned', request)
    if (response !== undefined)
      await learn(context, stationId, 'CertificateSigned', request, response)
    context.audit.record('CertificateDelivered', {
      station: stationId,
      status: response?.status ?? 'Offline',
    })
  } catch (cause) {
    if (!(cause instanceof Fault) && !(cause instanceof CallFailed)) throw cause
    refuse(context, sender, cause.code, cause.message)
  }
}

/** The revocation lists, so that a fresh station can act at once; what is too long follows its boot. */
function listsThatFit({ hooks }: Context): { revocationLists?: readonly string[] } {
  const revocationLists = hooks.revocationLists()
  const chars = revocationLists.reduce((sum, each) => sum + each.length, 0)
  return chars <= limits.revocationListCharsMax ? { revocationLists } : {}
}

function refuse(context: Context, sender: Sender, reason: string, detail?: string): void {
  context.audit.record('CertificateRefused', {
    station: sender.stationId,
    reason,
    detail: detail ?? null,
  })
  context.tell({ kind: 'security', station: sender.stationId, reason })
}
