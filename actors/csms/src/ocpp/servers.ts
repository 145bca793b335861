import { openOcppServer, type OcppServer, type Trust } from '@interlock/host'
import type { Context } from '../context.ts'
import type { Closers } from '../open-context.ts'
import { admission } from './admission.ts'
import { openSession } from './sessions.ts'

/** Security profile 2 for first contact, 3 for everything after it. */
export async function openOcppServers(
  context: Context,
  trust: Trust,
  closers: Closers,
): Promise<{ ports: { profile2: number; profile3: number }; sweep: () => void }> {
  const { config, deps, identity } = context
  const openOne = async (securityProfile: 2 | 3): Promise<OcppServer> => {
    const server = await openOcppServer({
      listen: securityProfile === 2 ? config.ocpp.profile2 : config.ocpp.profile3,
      identity,
      trust,
      securityProfile,
      activity: deps.activity,
      log: deps.log,
      subprotocols: ['ocpp2.0.1'],
      admit: admission(context, securityProfile),
      accept: (socket) => openSession(context, socket, securityProfile),
    })
    closers.push(() => server.close())
    return server
  }
  const first = await openOne(2)
  const routine = await openOne(3)
  return {
    ports: { profile2: first.port, profile3: routine.port },
    sweep() {
      first.sweep()
      routine.sweep()
    },
  }
}
