import { limits } from '@interlock/contract'
import { problem, type Endpoint, type Reply } from '@interlock/host'
import { eui64, fromHex, parseStationId, stationId, toHex, utf8 } from '@interlock/kernel'
import { firstContactPassword, type Peer } from '@interlock/pki'
import { soldHours } from '@interlock/power'
import { Type, type Static } from 'typebox'
import { deviceStates, mayBecome, trustModes, type Device } from '../core/device.ts'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { actsFor } from './acts-for.ts'
import { Eui, Sha256, StationName, strict, Words } from './shapes.ts'

const PreNotification = Type.Object(
  {
    stationId: StationName,
    eui: Eui,
    /** SHA-256 of the one-time secret on the unit's label. */
    secretSha256: Sha256,
    firmwareSha256: Sha256,
    ratingWatts: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    evses: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 5 }), {
        minItems: 1,
        maxItems: 5,
        uniqueItems: true,
      }),
    ),
    delaySecondsMax: Type.Optional(
      Type.Integer({
        minimum: limits.randomDelaySecondsDefault,
        maximum: limits.randomDelaySecondsMax,
      }),
    ),
    region: Type.String({ pattern: '^[A-Za-z0-9_.*+=|@-]{1,32}$' }),
    feeder: Words,
    csms: Eui,
    dsrsp: Type.Optional(Eui),
    llcs: Type.Optional(Eui),
    trustMode: Type.Optional(Type.Union(trustModes.map((mode) => Type.Literal(mode)))),
  },
  strict,
)
type PreNotification = Static<typeof PreNotification>

const StateChange = Type.Object(
  { state: Type.Union(deviceStates.map((state) => Type.Literal(state))) },
  strict,
)

export const deviceEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/devices',
    roles: ['installer'],
    body: PreNotification,
    handle: ({ body, peer }) => preNotify(body as PreNotification, peer, supervisor),
  },
  {
    method: 'GET',
    url: '/api/v1/devices/:stationId',
    roles: ['csms', 'dsrsp', 'installer', 'maintainer', 'web'],
    handle: ({ params, peer }) => describe(params['stationId'] ?? '', peer, supervisor),
  },
  {
    method: 'POST',
    url: '/api/v1/devices/:stationId/state',
    roles: ['installer', 'maintainer'],
    body: StateChange,
    handle: ({ params, body, peer }) =>
      changeState(params['stationId'] ?? '', body as Static<typeof StateChange>, peer, supervisor),
  },
]

const notTheirs = 'it belongs to another CSMS: its people do that, or those of the supervisor'

async function preNotify(
  body: PreNotification,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const act: Act = {
    kind: 'PreNotification',
    station: body.stationId,
    facts: { eui: body.eui, csms: body.csms, by: peer.organisation },
  }
  if (!actsFor(peer, eui64(body.csms), supervisor))
    return refuse(supervisor, act, 'IdentityMismatch', notTheirs)
  if (!supervisor.firmware.has(body.firmwareSha256))
    return refuse(supervisor, act, 'PlausibilityFailed', 'its firmware is not registered')
  const device: Device = {
    stationId: stationId(body.stationId),
    eui: eui64(body.eui),
    ratingWatts: body.ratingWatts,
    evses: body.evses ?? [1],
    delaySecondsMax: body.delaySecondsMax ?? limits.randomDelaySecondsDefault,
    hours: [soldHours],
    hoursStatements: [0],
    region: body.region,
    feeder: body.feeder,
    csms: eui64(body.csms),
    dsrsp: body.dsrsp === undefined ? undefined : eui64(body.dsrsp),
    llcs: body.llcs === undefined ? undefined : eui64(body.llcs),
    firmwareSha256: body.firmwareSha256,
    secretSha256: body.secretSha256,
    // Nothing of a standard station's own is checked at first contact; its CSMS answers for it.
    state: body.trustMode === 'standard' ? 'authorised' : 'prenotified',
    trust: body.trustMode ?? 'supervised',
    firstContactKey: undefined,
    chainPem: undefined,
    serialHex: undefined,
    notifiedAt: supervisor.deps.clock.now(),
  }
  const agreed = await supervisor.inventory.agrees(device)
  if (!agreed.ok) return refuse(supervisor, act, agreed.reason, agreed.detail)
  if (await supervisor.devices.add(device))
    return grant(supervisor, act, { status: 201, body: shown(device, peer, supervisor) })
  const known = await supervisor.devices.find(device.stationId)
  // The same notification again, say after a lost answer, changes nothing.
  if (known !== undefined && sameDevice(known, device))
    return { status: 200, body: shown(known, peer, supervisor) }
  return refuse(supervisor, act, 'DeviceState', 'its identity or its EUI-64 is registered already')
}

const sameDevice = (known: Device, device: Device): boolean =>
  (
    [
      'stationId',
      'eui',
      'ratingWatts',
      'region',
      'feeder',
      'csms',
      'dsrsp',
      'llcs',
      'secretSha256',
      'trust',
    ] as const
  ).every((field) => known[field] === device[field])

async function describe(station: string, peer: Peer, supervisor: Supervisor): Promise<Reply> {
  const id = parseStationId(station)
  const device = id === undefined ? undefined : await supervisor.devices.find(id)
  return device === undefined
    ? problem('DeviceUnknown', station)
    : { status: 200, body: shown(device, peer, supervisor) }
}

/** What may be known of a device; only its CSMS learns how to recognise it at first contact. */
function shown(device: Device, peer: Peer, { deps: { crypto } }: Supervisor): object {
  // When a household charges is not for everyone who may look a charger up.
  const { secretSha256, firstContactKey, hours, hoursStatements: _, ...open } = device
  if (peer.role !== 'csms' || peer.organisation !== device.csms) return open
  const secret = fromHex(secretSha256)
  const waiting = device.state === 'prenotified' && secret !== undefined
  const password = waiting ? firstContactPassword(secret, crypto) : undefined
  return {
    ...open,
    hours,
    firstContactUsed: firstContactKey !== undefined,
    passwordSha256: password === undefined ? null : toHex(crypto.sha256(utf8(password))),
  }
}

async function changeState(
  station: string,
  { state }: Static<typeof StateChange>,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const id = parseStationId(station)
  const device = id === undefined ? undefined : await supervisor.devices.find(id)
  const act: Act = { kind: 'StateChange', station, facts: { state, by: peer.organisation } }
  if (device === undefined) return refuse(supervisor, act, 'DeviceUnknown', station)
  if (!actsFor(peer, device.csms, supervisor))
    return refuse(supervisor, act, 'IdentityMismatch', notTheirs)
  if (!mayBecome(device.state, state) || !(await supervisor.devices.move(device, state)))
    return refuse(supervisor, act, 'DeviceState', `it is ${device.state}`)
  return grant(supervisor, act, { status: 200, body: { stationId: station, state } })
}
