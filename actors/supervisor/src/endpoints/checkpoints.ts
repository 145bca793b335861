import { witnessEndpoints, type Endpoint } from '@interlock/host'
import { roles } from '@interlock/kernel'
import type { Supervisor } from '../supervisor.ts'

/** The supervisor is the witness of everyone's audit trail but its own. */
export const checkpointEndpoints = (supervisor: Supervisor): Endpoint[] => {
  const { witnessed: register, identity, witnessRoots: roots, audit, deps, announce } = supervisor
  return witnessEndpoints({
    register,
    identity,
    roots,
    audit,
    clock: deps.clock,
    roles,
    onRefusal: (actor, reason) =>
      announce('refusal', { reason, data: { act: 'Checkpoint', actor } }),
  })
}
