import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant, toBase64Url, utf8, type Instant } from '@interlock/kernel'
import type { Terms } from './association.ts'
import { headerNames } from './headers.ts'
import { writeBody, type MessageBody, type MessageName } from './messages/table.ts'
import { pathOf, readRequest, type HttpMessage, type OscpRequest } from './read-request.ts'

export { crypto }

export const at = (seconds: number): Instant => instant(1_800_000_000_000 + seconds * 1000)

export const token = 'token-of-the-peer-1'
export const door = {
  us: 'fp' as const,
  peer: 'cp' as const,
  tokenDigest: crypto.sha256(utf8(token)),
}

const party = (org: string) => {
  const { key } = crypto.generateKey()
  const thumbprint = toBase64Url(crypto.sha256(key.publicKey.spki))
  return { org: eui64(org), key, thumbprint, publicKey: key.publicKey }
}
export const dso = party('A0-00-00-00-00-00-00-11')
export const csms = party('A0-00-00-00-00-00-00-12')

export const forecast: MessageBody<'update_group_capacity_forecast'> = {
  group: 'feeder-1',
  type: 'CONSUMPTION',
  blocks: [0, 1, 2, 3].map((block) => ({
    capacity: 40 + block,
    phase: 'ALL',
    unit: 'KW',
    from: at(block * 900),
    until: at((block + 1) * 900),
  })),
}

const energy = {
  value: 12.5,
  phase: 'ALL',
  unit: 'KWH',
  direction: 'IMPORT',
  energyType: 'FLEXIBLE',
  since: at(0),
  at: at(60),
} as const

/** One of each. */
export const bodies: { [Name in MessageName]: MessageBody<Name> } = {
  register: { token, versions: [{ version: '2.0', baseUrl: 'https://dso.test/oscp/cp/2.0' }] },
  handshake: { heartbeatSeconds: 60, measurements: ['CONTINUOUS'] },
  handshake_acknowledge: { measurements: [] },
  heartbeat: { offlineModeAt: at(180) },
  update_group_capacity_forecast: forecast,
  adjust_group_capacity_forecast: { ...forecast, type: 'OPTIMUM' },
  group_capacity_compliance_error: { message: 'two cars leave at six', blocks: forecast.blocks },
  update_group_measurements: { group: 'feeder-1', measurements: [energy] },
  update_asset_measurements: {
    group: 'feeder-1',
    measurements: [
      { asset: 'evse-1', category: 'CHARGING', energy },
      {
        asset: 'evse-2',
        category: 'CHARGING',
        instantaneous: { value: 16, phase: 'ONE', unit: 'A', at: at(60) },
      },
    ],
  },
}
export const messageNames = Object.keys(bodies) as MessageName[]

export const wireOf = <Name extends MessageName>(name: Name): string =>
  writeBody(name, bodies[name])

/** As the DSO sends it to the CSMS. */
export const httpOf = <Name extends MessageName>(
  name: Name,
  body: MessageBody<Name> = bodies[name],
  headers: Readonly<Record<string, string | undefined>> = {},
): HttpMessage => ({
  method: 'POST',
  path: pathOf('fp', name),
  headers: {
    [headerNames.authorization]: `Token ${token}`,
    [headerNames.requestId]: 'request-1',
    ...headers,
  },
  body: writeBody(name, body),
})

/** What the CSMS reads of it. */
export function requestOf(http: HttpMessage): OscpRequest {
  const read = readRequest(http, door, crypto)
  if (!read.ok) throw new Error(`${read.reason} ${read.detail}`)
  return read.value
}

export const terms: Terms = {
  ours: {
    token: 'token-for-the-dso-1',
    versions: [{ version: '2.0', baseUrl: 'https://csms.test/oscp/fp/2.0' }],
  },
  required: { heartbeatSeconds: 60, measurements: ['CONTINUOUS'] },
  peerOrigin: 'https://dso.test',
}
