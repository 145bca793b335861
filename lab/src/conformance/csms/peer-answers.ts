import type { Action, Response } from '@interlock/ocpp'

/** What a peer that thinks nothing answers: an empty result, or one that accepts. */
export function thoughtless(action: Action): Response<Action> {
  const named: { readonly [A in Action]?: () => Response<A> } = {
    BootNotification: () => ({
      status: 'Accepted',
      interval: 300,
      currentTime: new Date().toISOString(),
    }),
    Heartbeat: () => ({ currentTime: new Date().toISOString() }),
    Authorize: () => ({ idTokenInfo: { status: 'Accepted' } }),
    DataTransfer: () => ({ status: 'Accepted' }),
    SignCertificate: () => ({ status: 'Accepted' }),
    NotifyEVChargingNeeds: () => ({ status: 'Accepted' }),
    GetCertificateStatus: () => ({ status: 'Accepted' }),
  }
  return named[action]?.() ?? {}
}
