import type { ActorDeps } from '@interlock/host'
import { sendOcpi, type OcpiPeers } from '@interlock/host/ocpi'
import type { OcpiOwner, Registration, Token } from '@interlock/ocpi'

/**
 * Tells an operator which tokens it may accept by itself (§12.2.1.2); it asks us about all others.
 * @returns whether it has heard of all
 */
export async function pushTokens(
  party: string,
  tokens: readonly Token[],
  us: OcpiOwner,
  { peers, registration }: { readonly peers: OcpiPeers; readonly registration: Registration },
  { entropy, log }: Pick<ActorDeps, 'entropy' | 'log'>,
): Promise<boolean> {
  const reached = registration.reach(party, 'tokens', 'RECEIVER')
  const http = peers.httpOf(party)
  const to = peers.parties.find(({ name }) => name === party)?.owner
  if (!reached.ok || http === undefined || to === undefined) return false
  const { url: base, token: shown } = reached.value
  let isHeard = true
  for (const token of tokens) {
    const { country_code, party_id, uid, type } = token
    const url = `${base}/${country_code}/${party_id}/${encodeURIComponent(uid)}?type=${type}`
    const sending = { token: shown, method: 'PUT', url, body: token } as const
    const answer = await sendOcpi(http, { ...sending, routing: { from: us, to } }, entropy)
    if (answer.ok) continue
    isHeard = false
    // It asks about each, where it was told of none.
    log.warn({ party, reason: answer.reason, detail: answer.detail }, 'a token is not told')
    if (answer.reason === 'PeerUnavailable') break
  }
  return isHeard
}
