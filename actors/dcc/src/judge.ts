import { limits } from '@interlock/contract'
import {
  variantRow,
  type RequestBody,
  type RequestId,
  type ResponseName,
  type Service,
  type ServiceRequest,
} from '@interlock/duis'
import {
  decodeSigned,
  isClockInterval,
  isLoadControlCommand,
  isProfileReadable,
  isRepresentable,
  isWindow,
  takes,
  type ClockSetting,
  type Command,
  type LoadControlCommand,
  type SignedCommand,
} from '@interlock/gbcs'
import { instant, ok, refused, type Crypto, type Instant, type Outcome } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { bodyProblem, calendarOf, scheduleProblem } from './calendar.ts'
import { credentialsOf, credentialsProblem, type CertificateJudge } from './credentials.ts'
import { eligibilityOf } from './eligibility.ts'
import { importTariffOf, tariffBodyProblem, tariffDateProblem } from './import-tariff.ts'
import { deviceProblem, type DeviceJudge } from './device-certificate.ts'
import type { Device, Inventory } from './inventory.ts'

type Judged<Value> = Outcome<Value, ResponseName>

/** Who asks for what of which device: role, originator, device. */
export function judgeUser(
  request: ServiceRequest,
  peer: Peer,
  { inventory, ...judge }: DeviceJudge & { readonly inventory: Inventory },
): Judged<Device> {
  const row = eligibilityOf(request.service)
  if (!row.roles.includes(peer.role))
    return refused('RoleForbidden', `${peer.role} ${request.service}`)
  if (row.originator === 'self' && request.originator !== peer.organisation)
    return refused('OriginatorWrong', request.originator)
  if (variantRow(request.commandVariant).local && !row.local.includes(peer.role))
    return refused('VariantForbidden', `${peer.role} ${request.commandVariant}`)
  const device = inventory.device(request.target)
  const status = inventory.status(request.target)
  if (device === undefined || status === undefined) return refused('DeviceUnknown', request.target)
  if (row.device !== 'any' && device.kind !== row.device)
    return refused('DeviceUnsuitable', device.kind)
  // An organisation's identity is no owner's: its arms come from itself.
  if (row.originator === 'owner' && (request.originator === peer.organisation || isDevice()))
    return refused('OriginatorWrong', request.originator)
  if (row.reads === true && !device.readers.has(peer.organisation))
    return refused('RelationMissing', peer.organisation)
  const notReady = [request.target, device.hub].find(
    (eui) => inventory.status(eui) !== 'Commissioned',
  )
  if (notReady !== undefined)
    return refused(
      'DeviceNotCommissioned',
      `${notReady} ${inventory.status(notReady) ?? 'unknown'}`,
    )
  return deviceProblem(device, judge) ?? ok(device)

  function isDevice(): boolean {
    return inventory.device(request.originator) !== undefined
  }
}

/** The command that a request for a pre-command asks for. */
export function commandOf(
  request: ServiceRequest,
  device: Device,
  now: Instant,
  judge: CertificateJudge,
): Judged<Command> {
  const { originator, target, counter, body, service } = request
  const id = { originator, target, counter }
  if (body.kind === 'tariff') {
    const { version, from, prices } = body
    return ok({ useCase: 'UpdateHalfHourlyTariff', ...id, version, from, prices })
  }
  if (body.kind === 'tariffDocument') {
    const { version, document } = body
    const command = { useCase: 'UpdateTariffDocument', ...id, version, document } as const
    return takes(command.useCase, command) ? ok(command) : refused('ParameterInvalid', 'document')
  }
  if (body.kind === 'offsetLimit')
    return ok({ useCase: 'ECS38', ...id, limitSeconds: body.limitSeconds })
  if (body.kind === 'firmware') return ok({ useCase: 'CS06', ...id, hash: body.hash })
  if (body.kind === 'credentials') {
    const made = credentialsOf(body, id)
    return made.ok ? (credentialsProblem(made.value, judge) ?? made) : made
  }
  if (body.kind === 'clock') {
    const { at: from, toleranceSeconds } = body
    const command = {
      useCase: 'ECS70',
      ...id,
      from,
      until: instant(from + toleranceSeconds * 1000),
    } as const
    if (!takes('ECS70', command)) return refused('ParameterInvalid', 'time')
    return clockProblem(command, now) ?? ok(command)
  }
  if (body.kind === 'readTariff') return ok({ useCase: 'ECS24', ...id })
  if (body.kind === 'readSignedTariff') return ok({ useCase: 'ReadTariff', ...id })
  if (body.kind === 'readConsumption') return ok({ useCase: 'ReadConsumption', ...id })
  if (body.kind === 'readImportProfile') {
    const command = { useCase: 'ECS22b', ...id, from: body.from, until: body.until } as const
    const isReadable = takes('ECS22b', command) && isProfileReadable(command)
    return isReadable ? ok(command) : refused('ParameterInvalid', 'period')
  }
  if (body.kind === 'readControllers') return ok({ useCase: 'ECS61d', ...id })
  if (body.kind === 'readControllerOperation') return ok({ useCase: 'ECS61e', ...id })
  if (body.kind === 'controllerSchedules') {
    const command = { useCase: 'ECS46d', ...id, ...calendarOf(body) } as const
    // The date is still to come.
    return bodyProblem(command, body) ?? scheduleProblem(command, device, now, -1) ?? ok(command)
  }
  if (body.kind === 'timeOfUseTariff') {
    const command = { useCase: 'ECS01a', ...id, ...importTariffOf(body) } as const
    return tariffBodyProblem(command) ?? tariffDateProblem(command, now, -1) ?? ok(command)
  }
  const asked = loadControlOf(body, service)
  if (asked === undefined) return refused('RequestMalformed', body.kind)
  if (!isRepresentable(asked.from) || !isRepresentable(asked.until))
    return refused('ParameterInvalid', 'time')
  const command = { ...asked, ...id }
  // When it is to be sent is said with the signed pre-command, and judged then.
  const later = eligibilityOf(service).futureDated === true ? limits.futureDatedMillisMax : 0
  const problem = loadControlProblem(command, device, now, later)
  return problem ?? ok(command)
}

/** The load control that a body asks for; `undefined` where it asks for none. */
function loadControlOf(
  body: RequestBody,
  service: Service,
): Omit<LoadControlCommand, keyof RequestId> | undefined {
  if (body.kind === 'loadControl') {
    const { controller, direction, levelPercent, from, until } = body
    const useCase = service === '7.13' ? 'ECS47a' : 'ECS47e'
    return { useCase, controller, direction, levelPercent, from, until }
  }
  if (body.kind !== 'auxiliaryLoad') return undefined
  const { controller, from } = body
  const until = instant(from + limits.armWindowMillisMax)
  const on = service === '7.5'
  const useCase = on ? 'ActivateLoad' : 'DeactivateLoad'
  return { useCase, controller, direction: 'import', levelPercent: on ? 100 : 0, from, until }
}

/**
 * The command in a signed pre-command: what the request's header says it is, with parameters that
 * would be given a pre-command at that time, and signed by the user where it is the user's own.
 */
export function judgeSigned(
  request: ServiceRequest,
  payload: Uint8Array,
  peer: Peer,
  device: Device,
  at: Instant,
  judge: CertificateJudge,
): Judged<SignedCommand> {
  const read = readSigned(request, payload, peer, judge.deps.crypto)
  if (!read.ok) return read
  const { command } = read.value
  const problem = credentialsProblem(command, judge)
  if (problem !== undefined) return problem
  if (command.useCase === 'ECS70') return clockProblem(command, at) ?? read
  if (command.useCase === 'ECS01a')
    return tariffDateProblem(command, at, limits.executionLateMillisMax) ?? read
  if (command.useCase === 'ECS46d')
    return scheduleProblem(command, device, at, limits.executionLateMillisMax) ?? read
  return isLoadControlCommand(command) ? (loadControlProblem(command, device, at) ?? read) : read
}

/** The same, whatever its parameters. */
export function readSigned(
  request: ServiceRequest,
  payload: Uint8Array,
  peer: Peer,
  crypto: Crypto,
): Judged<SignedCommand> {
  const read = decodeSigned(payload)
  if (!read.ok) return refused('PreCommandChanged', read.reason)
  const { command, covered, signature } = read.value
  const same =
    command.originator === request.originator &&
    command.target === request.target &&
    command.counter === request.counter &&
    serviceOf(command) === request.service
  if (!same) return refused('PreCommandChanged', `${command.useCase} in ${request.service}`)
  const own = eligibilityOf(request.service).originator === 'self'
  if (own && !crypto.verify(peer.publicKey, covered, signature)) return refused('SignatureRefused')
  return ok(read.value)
}

const serviceOf = ({ useCase }: Command): string =>
  ({
    CS02b: '6.15.1',
    CS02g: '6.15.1',
    CS06: '11.3',
    ECS38: '7.12',
    ECS70: '6.11',
    ActivateLoad: '7.5',
    DeactivateLoad: '7.6',
    ECS46d: '6.14.3',
    ECS47a: '7.13',
    ECS47e: '7.16',
    UpdateHalfHourlyTariff: '1.1.1',
    UpdateTariffDocument: '1.1.1',
    ECS01a: '1.1.1',
    ECS24: '4.11.1',
    ECS61d: '7.14',
    ECS61e: '7.15',
    ReadTariff: '4.11.1',
    ReadConsumption: '4.1.2',
    ECS22b: '4.8.1',
  })[useCase]

/** A time that is not now would move every schedule in the home. */
function clockProblem(
  { from, until }: ClockSetting,
  now: Instant,
): ReturnType<typeof refused<ResponseName>> | undefined {
  const skew = limits.clockSkewMillisMax
  return !isClockInterval({ from, until }) || from > now + skew || until < now - skew
    ? refused('ParameterInvalid', 'the time is not now')
    : undefined
}

/** The rules of ECS47a and ECS47e, and of our profile: what is no pre-authorisation is valid at once. */
function loadControlProblem(
  command: LoadControlCommand,
  device: Device,
  now: Instant,
  /** So much later it may be sent. */
  laterMillis = 0,
): ReturnType<typeof refused<ResponseName>> | undefined {
  const { controller, from, until, useCase } = command
  const invalid = (words: string) => refused<ResponseName>('ParameterInvalid', words)
  if (!isWindow(command)) return invalid('the period is empty, reversed or longer than 24 hours')
  if (until <= now) return invalid('the period is over')
  if (!device.ratings.has(controller)) return invalid(`no controller ${controller}`)
  const atOnce = useCase !== 'ECS47e'
  const ahead = atOnce ? limits.clockSkewMillisMax : limits.armWindowMillisMax
  if (from > now + ahead + laterMillis) return invalid('the period starts too far ahead')
  if (atOnce && from < now - limits.armUnusedMillis)
    return invalid('an arm of this kind is valid at once, not since long')
  return undefined
}
