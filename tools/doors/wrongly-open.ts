import { request, type RequestOptions } from 'node:https'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Identity } from '@interlock/host'
import { roles, type Role } from '@interlock/kernel'
import { profileNames, profileRow, type Hierarchy } from '@interlock/pki'

/** Who may use each door of a server, by method and path; every other visitor is turned away. */
export type DoorTable = Readonly<Record<string, readonly Role[]>>

/** Roles that have certificates under that root. */
export const rolesUnder = (hierarchy: Hierarchy): readonly Role[] => {
  const rows = profileNames.map(profileRow).filter((row) => row.hierarchy === hierarchy)
  return roles.filter((role) => rows.some((row) => row.roles.includes(role)))
}

export type Doorkeeper = {
  readonly port: number
  /** What the server has registered, its streams too: `GET /healthz`. */
  readonly doors: readonly string[]
  /** PEM; what the server's own certificate hangs from. */
  readonly root: string
  readonly table: DoorTable
  readonly hierarchy: Hierarchy
  /** Under the server's root and of the server's own organisation, so that only the role decides. */
  readonly certify: (role: Role) => Identity
  /** Under the other root, whose certificates open nothing here. */
  readonly certifyElsewhere: (role: Role) => Identity
}

/**
 * Knocks at every door of a server over real TLS: as every role under its root, without a
 * certificate, and as strangers: the roles under the other root, who take the doors in turn, so that
 * each door has one and each of them a door.
 * @returns what is not as the table says, as sentences; a door without a row, a row without a door
 */
export async function wronglyOpen(keeper: Doorkeeper): Promise<string[]> {
  const { doors, table, hierarchy, certify, certifyElsewhere } = keeper
  const elsewhere = rolesUnder(hierarchy === 'charging' ? 'smartMeter' : 'charging')
  const unknown = doors.filter((door) => table[door] === undefined)
  const gone = Object.keys(table).filter((door) => !doors.includes(door))
  type Visitor = readonly [string, SecureContext]
  // Whoever comes has read its key once; every knock is a handshake of its own.
  const visitor = (name: string, identity?: Identity): Visitor => [
    name,
    createSecureContext({
      // The server is held to its root even by whoever it does not let in.
      ca: [keeper.root],
      ...(identity === undefined ? {} : { key: identity.keyPem, cert: identity.chainPem }),
    }),
  ]
  const strangers = elsewhere.map((role) =>
    visitor(`${role} of another root`, certifyElsewhere(role)),
  )
  const visitors: readonly Visitor[] = [
    ...rolesUnder(hierarchy).map((role) => visitor(role, certify(role))),
    visitor('whoever has no certificate'),
  ]
  const problems = [
    ...unknown.map((door) => `${door} is in no row of the table`),
    ...gone.map((door) => `${door} is in the table, and there is no such door`),
  ]
  for (const [i, door] of doors.entries()) {
    const inTurn = strangers.filter((_, j) => j % doors.length === i || i % strangers.length === j)
    const may: readonly string[] = table[door] ?? []
    const knocks = [...visitors, ...inTurn].map(async ([name, secureContext]) => {
      const { admitted, said } = await knock(door, secureContext, keeper)
      if (admitted !== may.includes(name))
        problems.push(`${door} ${admitted ? 'lets in' : 'turns away'} ${name}: ${said}`)
    })
    await Promise.all(knocks)
  }
  return problems
}

/** Hundreds of handshakes, on a machine that may be busy. */
export const doorsMillisMax = 180_000
const knockMillisMax = 60_000

/** With an empty body, so that whoever is let in changes nothing. */
function knock(
  door: string,
  secureContext: SecureContext,
  { port }: Doorkeeper,
): Promise<{ admitted: boolean; said: string }> {
  const [method = '', path = ''] = door.split(' ')
  return new Promise((resolve, reject) => {
    const options: RequestOptions & { readonly secureContext: SecureContext } = {
      host: '127.0.0.1',
      port,
      method,
      path: path.replaceAll(/:\w+/g, 'x'),
      secureContext,
      // A server is known by the identity in its certificate, wherever it runs.
      checkServerIdentity: () => undefined,
      agent: false,
      signal: AbortSignal.timeout(knockMillisMax),
      headers: { 'content-type': 'application/json' },
    }
    const asked = request(options)
    asked.once('error', reject)
    asked.once('response', (response) => {
      const { statusCode = 0 } = response
      // A stream stays open; that it opened is what counts.
      if (statusCode !== 401 && statusCode !== 403) {
        response.destroy()
        resolve({ admitted: true, said: `${statusCode}` })
        return
      }
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.once('end', () => resolve({ admitted: false, said: `${statusCode} ${body}` }))
    })
    asked.end(method === 'GET' ? '' : '{}')
  })
}
