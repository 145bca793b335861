import type { Eui64 } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import type { Supervisor } from '../supervisor.ts'

/** One of the supervisor's own people, who look after what belongs to everyone. */
export const isOwn = (peer: Peer, { identity }: Pick<Supervisor, 'identity'>): boolean =>
  peer.organisation === identity.peer.organisation

/** The supervisor's own people act for every organisation; all others for the one they belong to. */
export const actsFor = (
  peer: Peer,
  organisation: Eui64,
  supervisor: Pick<Supervisor, 'identity'>,
): boolean => isOwn(peer, supervisor) || peer.organisation === organisation
