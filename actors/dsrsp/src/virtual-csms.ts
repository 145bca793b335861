import {
  messagePace,
  openOcppServer,
  type Admission,
  type AdmissionRequest,
  type OcppSocket,
} from '@interlock/host'
import type { OcppServer, Trust, UpgradeRefusal } from '@interlock/host'
import { refused, toIso } from '@interlock/kernel'
import { createEndpoint, type Handlers, type MeterValueType } from '@interlock/ocpp'
import type { Context, Member } from './context.ts'
import { memberOf } from './portfolio/portfolio.ts'

const prefix = 'VE-'
const heartbeatSeconds = 300

/** The virtual CSMS: the CSMS's virtual EVSEs connect here as charging stations. */
export const openVirtualCsms = (
  context: Context,
  options: { readonly trust: Trust; readonly onReady: (member: Member) => void },
): Promise<OcppServer> =>
  openOcppServer({
    listen: context.config.ocpp,
    identity: context.identity,
    trust: options.trust,
    securityProfile: 3,
    activity: context.deps.activity,
    log: context.deps.log,
    subprotocols: ['ocpp2.0.1'],
    pace: messagePace,
    onRefusal: (refusal, { id }) => recordRefusal(context, refusal, id),
    admit: async (request) => admit(context, request),
    accept: (socket) => open(context, socket, options.onReady),
  })

/** Only the CSMS in the contract, only for EVSEs in the portfolio, one connection each. */
function admit(context: Context, { id, peer }: AdmissionRequest): Admission {
  const refusal = refusalOf(context, id, peer)
  if (refusal === undefined) return { ok: true }
  recordRefusal(context, refusal, id)
  return refusal
}

function refusalOf(
  context: Context,
  id: string,
  peer: AdmissionRequest['peer'],
): UpgradeRefusal | undefined {
  if (peer === undefined) return refused('CertificateMissing')
  if (peer.role !== 'csms')
    return refused('NotPermitted', `for a csms; the certificate is of role ${peer.role}`)
  if (peer.organisation !== context.config.csms)
    return refused('NotPermitted', 'not the CSMS of the contract')
  const member = id.startsWith(prefix) ? memberOf(context, id.slice(prefix.length)) : undefined
  if (member === undefined) return refused('UnknownIdentity', 'not in the portfolio')
  return member.endpoint === undefined ? undefined : refused('AlreadyConnected')
}

function recordRefusal(
  { audit, tell }: Context,
  { reason, detail }: UpgradeRefusal,
  id: string | undefined,
): void {
  audit.record('ConnectionRefused', { id: id ?? null, reason, detail: detail ?? null })
  const data = { id: id ?? '', detail: detail ?? reason }
  tell({ kind: 'security', reason: 'ConnectionRefused', data })
}

function open(context: Context, socket: OcppSocket, onReady: (member: Member) => void): void {
  const member = memberOf(context, socket.id.slice(prefix.length))
  if (member === undefined) return socket.close(1008, 'not in the portfolio')
  const { activity, wall, log } = context.deps
  const endpoint = createEndpoint({
    transport: socket,
    handlers: handlersFor(context, member, onReady),
    wall,
    activity,
    onProblem: (problem) => log.warn({ station: member.stationId, ...problem }, 'a problem'),
  })
  member.endpoint = endpoint
  context.audit.record('Connected', { station: member.stationId })
  socket.onClose(() => {
    if (member.endpoint === endpoint) member.endpoint = undefined
    context.audit.record('Disconnected', { station: member.stationId })
  })
}

function handlersFor(
  context: Context,
  member: Member,
  onReady: (member: Member) => void,
): Handlers {
  const now = (): string => toIso(context.deps.clock.now())
  return {
    BootNotification: () => {
      onReady(member)
      return { currentTime: now(), interval: heartbeatSeconds, status: 'Accepted' }
    },
    Heartbeat: () => ({ currentTime: now() }),
    StatusNotification: (request) => {
      member.status = request.connectorStatus
      return {}
    },
    MeterValues: (request) => {
      member.powerWatts = powerIn(request.meterValue) ?? member.powerWatts
      return {}
    },
    TransactionEvent: (request) => {
      const { transactionId } = request.transactionInfo
      member.transactionId = request.eventType === 'Ended' ? undefined : transactionId
      member.powerWatts = powerIn(request.meterValue) ?? member.powerWatts
      // A vehicle that comes finds its charger ready.
      if (request.eventType === 'Started') onReady(member)
      return {}
    },
  }
}

function powerIn(values: readonly MeterValueType[] | undefined): number | undefined {
  const samples = (values ?? []).flatMap((value) => value.sampledValue)
  const power = samples.findLast((sample) => sample.measurand === 'Power.Active.Import')
  if (power === undefined) return undefined
  const { unit, multiplier } = power.unitOfMeasure ?? {}
  return power.value * 10 ** (multiplier ?? 0) * (unit === 'kW' ? 1000 : 1)
}
