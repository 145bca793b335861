import {
  riskOf,
  standardClass,
  type Edge,
  type FlattenedJws,
  type ServerRefusal,
  type SignedCommand,
} from '@interlock/contract'
import { authentic, originated, permitted, type GateState } from '@interlock/gate'
import { isOfHost, type Endpoint, type Reply } from '@interlock/host'
import {
  concat,
  instant,
  ok,
  parseStationId,
  refused,
  toBase64Url,
  type Outcome,
} from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import type { Schedule } from '@interlock/power'
import { countersign, parseSigned } from '@interlock/seal'
import { Type, type Static } from 'typebox'
import { charge } from '../charge.ts'
import { delaySecondsAfter } from '../core/delay.ts'
import { destination } from '../core/destination.ts'
import { isInService, type Device } from '../core/device.ts'
import { gateStateOf } from '../core/gate-state.ts'
import { plausibility } from '../core/plausible.ts'
import { permittedStandard, worstCase } from '../core/standard.ts'
import { scheduleOf, slotOf, swingsOf } from '../core/swing.ts'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { StationName, strict } from './shapes.ts'

const Part = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 131_072 })
const CountersignatureOrder = Type.Object(
  {
    stationId: StationName,
    command: Type.Object({ payload: Part, protected: Part, signature: Part }, strict),
  },
  strict,
)
type CountersignatureOrder = Static<typeof CountersignatureOrder>

export const countersignatureEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/countersignatures',
    roles: ['csms', 'dsrsp'],
    body: CountersignatureOrder,
    handle: ({ body, peer }) => {
      const order = body as CountersignatureOrder
      return supervisor.turn(`command ${order.stationId}`, () =>
        dualControl(order, peer, supervisor),
      )
    },
  },
]

/** Refused by the supervisor; `cause` is the gate's own reason where a gate refused. */
type Refused = { readonly reason: ServerRefusal; readonly detail?: string; readonly cause?: string }
type Judged<Value> = Outcome<Value, ServerRefusal> | (Refused & { readonly ok: false })

/** Dual control: an independent reading, then every check, then both ledgers, then the signature. */
async function dualControl(
  { stationId, command: jws }: CountersignatureOrder,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const parsed = parseSigned(jws)
  const act: Act = {
    kind: 'Countersignature',
    station: stationId,
    facts: {
      by: peer.organisation,
      role: peer.role,
      ...(parsed.ok ? { action: parsed.value.action, counter: `${parsed.value.counter}` } : {}),
    },
  }
  const no = ({ reason, detail, cause }: Refused) => refuse(supervisor, act, reason, detail, cause)

  const id = parseStationId(stationId)
  const device = id === undefined ? undefined : await supervisor.devices.find(id)
  if (device === undefined) return no({ reason: 'DeviceUnknown', detail: stationId })
  if (!isInService(device)) return no({ reason: 'DeviceState', detail: `it is ${device.state}` })
  if (!parsed.ok) return no(byGate(parsed))
  const command = parsed.value
  if (command.organisation !== peer.organisation || command.role !== peer.role)
    return no({ reason: 'IdentityMismatch', detail: 'it is not signed by the one who asks' })

  const reservation = reservationId(command, supervisor)
  const earlier = await supervisor.grants.find(reservation)
  // The answer was lost on the way: the same command gets the same countersignature.
  if (earlier !== undefined) return { status: 200, body: { command: earlier } }

  const order = { jws, command, device, reservation }
  const charge = device.trust === 'standard' ? chargeStandard : chargeSupervised
  const charged = await charge(order, supervisor)
  if (!charged.ok) return no(charged)
  const granted = await second(order, charged.value, supervisor)
  if (!granted.ok) return no(granted)
  const body = { command: granted.value.command }
  return grant(supervisor, act, { status: 200, body }, { reservation, ...granted.value.charged })
}

const byGate = ({ reason, detail }: { reason: string; detail?: string }) =>
  ({
    ok: false,
    reason: 'CommandRefused',
    cause: reason,
    ...(detail === undefined ? {} : { detail }),
  }) as const

/** Made from the command, so that asking twice reserves once. */
const reservationId = (command: SignedCommand, { deps }: Supervisor): string =>
  toBase64Url(deps.crypto.sha256(concat(command.signed, command.signature))).slice(0, 32)

/** Who says it, to whom, when, and for the first time; from here on its counter is used up. */
async function origin(
  { command, device }: Order,
  suitable: (command: SignedCommand) => ServerRefusal | undefined,
  supervisor: Supervisor,
): Promise<Judged<GateState>> {
  const { deps, grants, providers, rate } = supervisor
  const now = deps.clock.now()
  const counter = await grants.counter(command.organisation, device.stationId)
  const state = gateStateOf(command, device, counter, supervisor)
  const check = device.trust === 'standard' ? originated : authentic
  const problem = check(command, state, now)
  if (problem !== undefined) return byGate(problem)
  const unsuitable = suitable(command)
  if (unsuitable !== undefined) return refused(unsuitable, command.action)
  if (!(await grants.useCounter(command.organisation, device.stationId, command.counter)))
    return byGate({ reason: 'Replayed', detail: `${command.counter}` })
  if (!rate.take(`${command.organisation} ${device.stationId}`, now))
    return refused('RateExceeded', 'commands to this station in an hour')
  const provider = device.csms === undefined ? undefined : providers.find(device.csms, 'csms')
  const sent = destination(
    command,
    (host) => provider !== undefined && isOfHost(provider.chainPem, host),
  )
  return sent.ok ? ok(state) : sent
}

/** What a command costs, and what stands once it is granted. */
type Charge = {
  readonly kind: 'command' | 'response'
  readonly edges: readonly Edge[]
  readonly standing?: Standing
  /** Longer than the device's own: the most that its random delay may now be. */
  readonly delaySecondsMax?: number
}
type Standing = { readonly slot: string; readonly schedule: Schedule }

/** A device that gates commands itself: what it will do with this one is known. */
async function chargeSupervised(order: Order, supervisor: Supervisor): Promise<Judged<Charge>> {
  const { command, device } = order
  const { deps, firmware, grants } = supervisor
  const state = await origin(order, suitability, supervisor)
  if (!state.ok) return state
  const now = deps.clock.now()
  const asked = permitted(command, state.value)
  if (!asked.ok) return byGate(asked)
  const { setting, row } = asked.value
  const sense = plausibility(command, setting, device, firmware, now)
  if (!sense.ok) return sense
  const delaySecondsMax = delaySecondsAfter(setting, device.delaySecondsMax)
  const lengthened = delaySecondsMax > device.delaySecondsMax
  // What stands was charged for the shorter delay.
  if (lengthened && (await grants.stands(device.stationId, now)))
    return refused('PlausibilityFailed', 'the delay is lengthened when nothing granted stands')
  const standing = await grants.standing(device.stationId, now)
  const { movesLoad } = row
  return ok({
    kind: setting.kind === 'curve' ? 'response' : 'command',
    edges: swingsOf(setting, { ...command, movesLoad }, device, standing),
    ...(setting.kind === 'profile'
      ? { standing: { slot: slotOf(setting), schedule: scheduleOf(setting) } }
      : {}),
    ...(lengthened ? { delaySecondsMax } : {}),
  })
}

/** A device that only knows OCPP checks nothing of this, so the worst is charged. */
async function chargeStandard(order: Order, supervisor: Supervisor): Promise<Judged<Charge>> {
  const { command, device } = order
  const state = await origin(order, suitabilityStandard, supervisor)
  if (!state.ok) return state
  const barred = permittedStandard(command, state.value)
  if (barred !== undefined) return byGate(barred)
  const edges = worstCase(command, device, supervisor.deps.clock.now())
  return edges.ok ? ok({ kind: 'command', edges: edges.value }) : edges
}

/** An arm is for the smart-meter side to grant; it is never replaced by a countersignature. */
function suitability({ action, armDigest }: SignedCommand): ServerRefusal | undefined {
  const risk = riskOf(action)
  if (risk === undefined || risk.kind !== 'command') return 'NotCritical'
  return risk.second === 'arm' || armDigest !== undefined ? 'ArmRequired' : undefined
}

/** A standard station has no LLCS: the supervisor's yes is all the second party there is. */
function suitabilityStandard({
  action,
  payload,
  armDigest,
}: SignedCommand): ServerRefusal | undefined {
  if (standardClass(action, payload) !== 'critical') return 'NotCritical'
  return armDigest === undefined ? undefined : 'ArmRequired'
}

type Order = {
  readonly jws: FlattenedJws
  readonly command: SignedCommand
  readonly device: Device
  readonly reservation: string
}
type Granted = {
  readonly command: FlattenedJws
  readonly charged: { readonly edges: number; readonly swingWatts: number }
}

/** Both ledgers are charged, or neither; then the command is signed and kept. */
async function second(
  { jws, command, device, reservation }: Order,
  { kind, edges, standing, delaySecondsMax }: Charge,
  supervisor: Supervisor,
): Promise<Judged<Granted>> {
  const { deps, devices, grants, identity } = supervisor
  const now = deps.clock.now()
  const { organisation } = command
  const asked = { id: reservation, organisation, region: device.region, kind, edges: [...edges] }
  const charged = await charge(asked, supervisor)
  if (!charged.ok) return charged
  // Charged from here on, whether it is delivered or not.
  if (delaySecondsMax !== undefined) await devices.lengthenDelay(device.stationId, delaySecondsMax)
  const signed = countersign(
    jws,
    {
      org: identity.peer.organisation,
      thumbprint: identity.peer.thumbprint,
      reservation,
      hours: device.hoursStatements,
      // What is held back until its effect interval has passed is worth nothing.
      expiresAt: instant(Math.min(command.expiresAt, command.effect.until)),
    },
    identity.key,
    deps.crypto,
  )
  await grants.add(
    {
      reservation,
      organisation: command.organisation,
      station: device.stationId,
      evse: command.target.evse,
      standing,
      standsUntil: instant(Math.max(...edges.map((edge) => edge.until))),
      command: signed,
    },
    now,
  )
  const swingWatts = Math.max(...edges.map((edge) => edge.swingWatts))
  return ok({ command: signed, charged: { edges: edges.length, swingWatts } })
}
