import {
  nodeCrypto as crypto,
  saveIdentity,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  temporaryDir,
  writeAtomic,
  type ActorDeps,
  type Identity,
} from '@interlock/host'
import { unobserved } from '@interlock/kernel'

/** The real world, in which a test's actor keeps quiet. */
export const quietDeps: ActorDeps = {
  clock: systemClock,
  wall: systemClock,
  activity: unobserved,
  entropy,
  crypto,
  log: silentLog,
}

/** A folder of its own for one actor of a test, with its identity and the root it trusts. */
export function actorPlace(own: Identity, rootPem: string) {
  const dir = temporaryDir(`interlock-${own.peer.role}`)
  const root = `${dir}/root.pem`
  saveIdentity(`${dir}/identity`, own.keyPem, own.chainPem)
  writeAtomic(root, rootPem, 0o644)
  return {
    dir,
    root,
    /** What the config of every server has. */
    config: {
      region: 'GB',
      production: true,
      data: `${dir}/data`,
      identity: `${dir}/identity`,
      listen: { host: '127.0.0.1', port: 0 },
    },
  } as const
}
