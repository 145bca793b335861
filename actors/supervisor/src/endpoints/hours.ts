import type { ServerRefusal } from '@interlock/contract'
import type { Endpoint, Reply } from '@interlock/host'
import { ok, refused, type Outcome } from '@interlock/kernel'
import { verifyChain, type Peer } from '@interlock/pki'
import { hoursDigest, readHours, signHoursAcknowledgement, type ReadHours } from '@interlock/seal'
import { Type, type Static } from 'typebox'
import { charge, giveBack } from '../charge.ts'
import { isInService, type Device } from '../core/device.ts'
import { reservationOf, takeStatement, type HoursRecord } from '../core/hours.ts'
import { hoursSwings } from '../core/hours-swing.ts'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { strict } from './shapes.ts'

const Part = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 32_768 })
const HoursOrder = Type.Object(
  { statement: Type.Object({ payload: Part, protected: Part, signature: Part }, strict) },
  strict,
)

/** What a charger has signed about its hours, brought by its CSMS. */
export const hoursEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/charging-hours',
    roles: ['csms'],
    body: HoursOrder,
    handle: async ({ body, peer }) => {
      const read = readHours((body as Static<typeof HoursOrder>).statement)
      const act = { kind: 'ChargingHours', facts: { by: peer.organisation } }
      if (!read.ok) return refuse(supervisor, act, 'BodyInvalid', read.detail)
      const device = await signerOf(read.value, peer, supervisor)
      if (!device.ok) return refuse(supervisor, act, device.reason, device.detail)
      const station = device.value
      // Nothing is countersigned meanwhile: it would be charged by other hours.
      return supervisor.turn(`command ${station.stationId}`, () =>
        answer(read.value, station, { ...act, station: station.stationId }, supervisor),
      )
    },
  },
]

/** The charger that has signed it; the one who brings it is its CSMS, and no more. */
async function signerOf(
  { statement, chain, signed, signature }: ReadHours,
  peer: Peer,
  { deps, devices, roots, revocations }: Supervisor,
): Promise<Outcome<Device, ServerRefusal>> {
  const { crypto, wall } = deps
  const revoked = (serialHex: string) => revocations.isRevoked(serialHex)
  const signer = verifyChain(chain, { roots, at: wall.now(), crypto, revoked })
  if (!signer.ok) return refused('RequestInvalid', signer.reason)
  const { role, eui, stationId, publicKey } = signer.value
  if (!crypto.verify(publicKey, signed, signature))
    return refused('RequestInvalid', 'the signature does not verify')
  const device =
    role === 'station' && stationId !== undefined ? await devices.find(stationId) : undefined
  if (device === undefined) return refused('DeviceUnknown', stationId)
  if (device.eui !== eui || statement.station !== eui)
    return refused('IdentityMismatch', 'it is about another charger')
  if (device.csms !== peer.organisation)
    return refused('IdentityMismatch', 'another CSMS is bound to it')
  return isInService(device) ? ok(device) : refused('DeviceState', `it is ${device.state}`)
}

/** The same statement again gets the same answer; what the ledgers cannot decide now gets none. */
async function answer(
  read: ReadHours,
  device: Device,
  act: Act,
  supervisor: Supervisor,
): Promise<Reply> {
  const { deps, hours, identity, rate } = supervisor
  const { statement } = read
  const now = deps.clock.now()
  const digest = hoursDigest(read, deps.crypto)
  const known = await hours.find(device.stationId)
  if (known?.record.digest === digest) return { status: 200, body: known.acknowledgement }
  const taken = takeStatement(known?.record, statement, digest, now)
  if (!taken.ok) return refuse(supervisor, act, taken.reason, taken.detail)
  if (!rate.take(`hours ${device.stationId}`, now))
    return refuse(supervisor, act, 'RateExceeded', 'statements of this charger in an hour')
  const { superseded } = taken.value
  // By the charger's own word it never begins; its room may be what is asked for now.
  if (superseded !== undefined) await giveBack(superseded, supervisor)
  const granted = await granting(taken.value.record, statement.wants, device, supervisor)
  if (!granted.ok && passing.has(granted.reason))
    return refuse(supervisor, act, granted.reason, granted.detail)
  const acknowledgement = signHoursAcknowledgement(
    {
      station: device.eui,
      counter: statement.counter,
      digest,
      verdict: granted.ok ? 'acknowledged' : 'refused',
      reason: granted.ok ? null : granted.reason,
      at: now,
    },
    { key: identity.key, thumbprint: identity.peer.thumbprint },
    deps.crypto,
  )
  const record = granted.ok ? granted.value : taken.value.record
  if (!(await hours.put(device.stationId, { record, acknowledgement })))
    return refuse(supervisor, act, 'HoursConflict', 'its counter was used meanwhile')
  return grant(supervisor, act, { status: 200, body: acknowledgement }, factsOf(read, granted))
}

/** Time may mend them, so nothing is signed about them and the charger asks again. */
const passing: ReadonlySet<ServerRefusal> = new Set(['PeerUnavailable', 'IdentityMismatch'])

function factsOf({ statement }: ReadHours, granted: Outcome<HoursRecord, ServerRefusal>) {
  const { counter, holds, wants } = statement
  return {
    counter,
    holds,
    wants: wants === null ? null : JSON.stringify(wants.quiet),
    from: wants?.from ?? null,
    /** Sold with an agreement: its hours stand in for the default ones. */
    exemption: wants?.agreement?.reference ?? null,
    verdict: granted.ok ? 'acknowledged' : granted.reason,
  }
}

/** What is known once the hours that are wanted are granted: both ledgers have room for what they move. */
async function granting(
  record: HoursRecord,
  wants: ReadHours['statement']['wants'],
  device: Device,
  supervisor: Supervisor,
): Promise<Outcome<HoursRecord, ServerRefusal>> {
  if (wants === null) return ok(record)
  const { quiet, from, agreement } = wants
  if (agreement !== null && agreement.dsrsp !== device.dsrsp)
    return refused('IdentityMismatch', 'the agreement is with another provider than is bound')
  const standing = await supervisor.grants.standing(device.stationId, supervisor.deps.clock.now())
  const edges = hoursSwings({ before: record.held.hours, quiet, from }, device, standing)
  const granted = { counter: record.counter, quiet, from }
  if (edges.length === 0) return ok({ ...record, granted })
  const reservation = reservationOf(record.digest)
  const charged = await charge(
    {
      id: reservation,
      // Its owner's act, as an arm is: of the budget of the app's vendor, which no command can use up.
      organisation: device.csms,
      kind: 'consumer',
      region: device.region,
      edges,
    },
    supervisor,
  )
  return charged.ok ? ok({ ...record, granted: { ...granted, reservation } }) : charged
}
