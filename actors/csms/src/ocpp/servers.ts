import {
  demandHost,
  loadRsaPair,
  messagePace,
  openOcppServer,
  type Closers,
  type ListenConfig,
  type OcppServer,
  type RsaServer,
  type Trust,
} from '@interlock/host'
import { Fault } from '@interlock/kernel'
import type { CsmsConfig } from '../config.ts'
import type { Context } from '../context.ts'
import type { SecurityProfile } from '../data/stations.ts'
import { admission, recordRefusal } from './admission.ts'
import { openSession } from './sessions.ts'

export type OcppPorts = {
  readonly profile1?: number
  readonly profile2: number
  readonly profile3: number
}

/**
 * Security profile 2 for first contact and for standard stations, 3 for everybody; 1 only where the
 * config names it, and in production on loopback alone.
 */
export async function openOcppServers(
  context: Context,
  trust: Trust,
  closers: Closers,
): Promise<{ ports: OcppPorts; sweep: () => void }> {
  const { config, deps, identity } = context
  const rsa = rsaServer(config)
  demandHosts(config, identity.chainPem, rsa)
  const servers: OcppServer[] = []
  const openOne = async (securityProfile: SecurityProfile, listen: ListenConfig) => {
    const server = await openOcppServer({
      listen,
      ...(securityProfile === 1 ? {} : { identity }),
      ...(rsa === undefined ? {} : { rsa }),
      trust,
      securityProfile,
      activity: deps.activity,
      log: deps.log,
      subprotocols: ['ocpp2.0.1'],
      pace: config.ocpp.pace ?? messagePace,
      admit: admission(context, securityProfile, closers),
      onRefusal: (refusal, { id }) => recordRefusal(context, id, securityProfile, refusal),
      accept: (socket) => openSession(context, socket, securityProfile),
    })
    closers.push(() => server.close())
    servers.push(server)
    return server.port
  }
  const { profile1, profile2, profile3 } = config.ocpp
  if (profile1 !== undefined) demandLoopback(config, profile1)
  const ports = {
    profile2: await openOne(2, profile2),
    profile3: await openOne(3, profile3),
    ...(profile1 === undefined ? {} : { profile1: await openOne(1, profile1) }),
  }
  return {
    ports,
    sweep() {
      for (const server of servers) server.sweep()
    },
  }
}

function rsaServer({ ocpp: { rsa } }: CsmsConfig): RsaServer | undefined {
  return rsa && { ...loadRsaPair(rsa.identity), keyExchange: rsa.keyExchange }
}

/** A00.FR.510: stations look for the name that they call in each certificate. */
function demandHosts(
  { identity, ocpp: { host, rsa } }: CsmsConfig,
  chainPem: string,
  pair: RsaServer | undefined,
): void {
  if (host === undefined) return
  demandHost(chainPem, host, identity)
  if (rsa !== undefined && pair !== undefined) demandHost(pair.chainPem, host, rsa.identity)
}

function demandLoopback({ production }: CsmsConfig, { host }: ListenConfig): void {
  if (!production || ['127.0.0.1', '::1', 'localhost'].includes(host)) return
  throw new Fault('ListenRefused', `ocpp.profile1 listens on ${host}, in production, without TLS`, {
    remedy: 'listen on 127.0.0.1, or have the stations use security profile 2 or 3',
  })
}
