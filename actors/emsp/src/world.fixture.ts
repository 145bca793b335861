import { rmSync } from 'node:fs'
import { keyText, otherKey, tariff } from '@interlock/billing/operator.fixture'
import {
  httpClient,
  nodeCrypto as crypto,
  saveIdentity,
  silentLog,
  systemClock,
  systemEntropy,
  temporaryDir,
  writeAtomic,
  type ActorDeps,
} from '@interlock/host'
import { testCluster } from '@interlock/host/test-cluster.fixture'
import { actorOrigin, openParty } from '@interlock/host/ocpi-party.fixture'
import { ok, unobserved } from '@interlock/kernel'
import type { Token } from '@interlock/ocpi'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import type { ContractConfig, EmspConfig } from './config.ts'
import { openRegisters } from './registers.fixture.ts'
import { startEmsp, type EmspRunning } from './start.ts'

export type Asked = Readonly<Record<string, unknown>> & { readonly response_url: string }

const contract = (uid: string, change: Partial<ContractConfig> = {}): ContractConfig => ({
  uid,
  type: 'RFID',
  contractId: `NL-ILK-${uid}`,
  whitelist: 'NEVER',
  status: 'valid',
  lastUpdated: '2026-01-01T00:00:00Z',
  ...change,
})
export const deps: ActorDeps = {
  clock: systemClock,
  wall: systemClock,
  activity: unobserved,
  entropy: systemEntropy,
  crypto,
  log: silentLog,
}

/** A provider on a database of its own, with an operator, a supervisor and a register of tokens beside it. */
export async function openEmspWorld() {
  const charging = testHierarchy('charging')
  const dir = temporaryDir('interlock-emsp')
  const own = charging.certify('emsp')
  const csms = charging.certify('csms')
  const { organisation } = own.peer
  const tokens: Token[] = []
  /** What the operator was asked for. */
  const asked: [string, Asked][] = []
  saveIdentity(`${dir}/identity`, own.keyPem, own.chainPem)
  writeAtomic(`${dir}/root.pem`, charging.rootPem, 0o644)
  writeAtomic(`${dir}/tariff.json`, JSON.stringify(tariff), 0o644)
  const login = { name: 'emsp', user: 'emsp', password: 'for-tests-only' }
  const cluster = await testCluster({ dir: `${dir}/cluster`, databases: [login], log: silentLog })
  const operator = await openParty({
    role: 'CPO',
    own: csms,
    actor: own,
    rootPem: charging.rootPem,
    handlers: {
      'cdrs.list': () => ok({ data: [], total: 0 }),
      'tokens.put'({ body }) {
        tokens.push(body)
        return ok({ isNew: true })
      },
      'commands.post'({ params, body }) {
        asked.push([params['command'] ?? '', body as Asked])
        return ok({ data: { result: 'ACCEPTED', timeout: 30 } })
      },
    },
  })
  const registers = await openRegisters(charging)
  const { supervisor, cir } = registers
  const config: EmspConfig = {
    actor: 'emsp',
    name: 'Interlock',
    region: 'NL',
    production: true,
    data: `${dir}/data`,
    identity: `${dir}/identity`,
    trust: { charging: `${dir}/root.pem` },
    database: cluster.url('emsp'),
    listen: { host: '127.0.0.1', port: 0 },
    countryCode: 'NL',
    partyId: 'ILK',
    origin: actorOrigin,
    peers: { supervisor, cir },
    operators: [{ ...operator.row, tariff: `${dir}/tariff.json` }],
    contracts: [
      contract('04A1B2C3', { whitelist: 'ALLOWED', vehicleKey: keyText(otherKey) }),
      contract('LOST', { status: 'blocked' }),
      contract('HERE', { locations: ['NL*CPO*L1'] }),
    ],
  }
  let provider: EmspRunning
  const start = async (): Promise<void> => {
    provider = await startEmsp(config, deps)
    operator.port.actor = provider.port
  }
  await start()
  const console = async (
    path: string,
    identity = charging.certify('web', organisation),
    method = 'GET',
    body?: object,
  ) => {
    const http = httpClient({
      identity,
      trust: { roots: [charging.rootPem] },
      activity: unobserved,
    })
    const url = `https://127.0.0.1:${provider.port}/api/v1/${path}`
    const answer = await http.request(method, url, body)
    await http.close()
    return answer
  }
  return {
    charging,
    dir,
    csms,
    organisation,
    tokens,
    asked,
    operator,
    registers,
    config,
    provider: () => provider,
    async restart() {
      await provider.close()
      await start()
    },
    console,
    async close() {
      await provider.close()
      await operator.close()
      await registers.close()
      await cluster.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
export type EmspWorld = Awaited<ReturnType<typeof openEmspWorld>>
