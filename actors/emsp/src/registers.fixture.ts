import { keyText, meter, meterKey } from '@interlock/billing/operator.fixture'
import { openHttpServer, silentLog } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import type { testHierarchy } from '../../../tools/doors/hierarchy.ts'

/** The registers that a provider asks; they say whatever a test has them say. */
export async function openRegisters(charging: ReturnType<typeof testHierarchy>) {
  const said = {
    /** What the register of tokens says of the card; undefined: it does not answer. */
    cardStatus: 'active' as string | undefined,
    /** What the supervisor's register says; undefined: it does not answer. */
    meters: [{ ...meter, publicKey: keyText(meterKey), from: '2026-01-01T00:00:00.000Z' }] as
      readonly object[] | undefined,
  }
  const serverOf = (role: 'supervisor' | 'cir') =>
    openHttpServer({
      name: role,
      listen: { host: '127.0.0.1', port: 0 },
      identity: charging.certify(role),
      trust: { roots: [charging.rootPem] },
      activity: unobserved,
      log: silentLog,
    })
  const [meters, tokens] = [await serverOf('supervisor'), await serverOf('cir')]
  meters.route({
    method: 'GET',
    url: '/api/v1/meters/:evseId',
    roles: ['emsp'],
    handle: ({ params }) => {
      const known = params['evseId'] === 'NL*CPO*E1'
      if (said.meters === undefined) return { status: 503 }
      return { status: 200, body: { meters: known ? said.meters : [] } }
    },
  })
  tokens.route({
    method: 'GET',
    url: '/cir/1.0/tokens/:uid/key',
    roles: ['emsp'],
    handle: ({ params }) => {
      if (said.cardStatus === undefined) return { status: 503 }
      if (params['uid'] !== '04A1B2C3') return { status: 404 }
      const at = { statedAt: 0, until: 1 }
      const named = { uid: '04A1B2C3', contractId: 'NL-ILK-04A1B2C3', issuer: 'NL*ILK' }
      const statement = { ...named, status: said.cardStatus, key: null, ...at }
      return { status: 200, body: { statement, signature: 'A'.repeat(86) } }
    },
  })
  const written: unknown[] = []
  tokens.route({
    method: 'PUT',
    url: '/cir/1.0/tokens',
    roles: ['emsp'],
    handle: ({ body }) => {
      written.push(body)
      return { status: 200, body: {} }
    },
  })
  tokens.route({
    method: 'GET',
    url: '/cir/1.0/findings',
    roles: ['emsp'],
    handle: () => ({ status: 200, body: { findings: [] } }),
  })
  return {
    said,
    /** What the provider has registered. */
    written,
    supervisor: `https://127.0.0.1:${await meters.listen()}`,
    cir: `https://127.0.0.1:${await tokens.listen()}`,
    async close() {
      await meters.close()
      await tokens.close()
    },
  }
}
export type TestRegisters = Awaited<ReturnType<typeof openRegisters>>
