import { fromIso, type StationId } from '@interlock/kernel'
import type { Action, ChargingProfileType, Request } from '@interlock/ocpp'
import {
  install,
  profileRefusal,
  type HeldProfile,
  type ProfileLimits,
  type RateUnit,
} from '@interlock/power'
import type { Context } from './context.ts'
import { attributeKey, tokenKey } from './core/facts.ts'
import { isOwnPassword } from './core/secret-variables.ts'
import type { StationView } from './core/view.ts'
import { itemsPerMessage } from './in-parts.ts'
import { factsOf } from './known.ts'

/** Why a request must not leave, by what the CSMS knows of the station. */
export type Unsendable = { readonly reason: string; readonly detail?: string }

type Check<A extends Action> = (
  request: Request<A>,
  view: StationView,
  context: Context,
) => Promise<Unsendable | undefined> | Unsendable | undefined

const because = (reason: string, detail?: string): Unsendable =>
  detail === undefined ? { reason } : { reason, detail }

const reportedNumber = async (
  context: Context,
  station: StationId,
  component: string,
  variable: string,
): Promise<number | undefined> => {
  const value = await reported(context, station, component, variable)
  return value === undefined || !/^\d{1,9}$/.test(value) ? undefined : Number(value)
}

async function reported(
  context: Context,
  station: StationId,
  component: string,
  variable: string,
): Promise<string | undefined> {
  const key = attributeKey({ name: component }, { name: variable })
  const value = (await context.known.find(station, 'variable', key))?.value['value']
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What the station has reported of its smart charging; what it has not is not held against it. */
async function limitsOf(context: Context, view: StationView): Promise<ProfileLimits> {
  const { stationId, evses } = view.record
  const controller = 'SmartChargingCtrlr'
  const [stackLevel, periods, units] = await Promise.all([
    reportedNumber(context, stationId, controller, 'ProfileStackLevel'),
    reportedNumber(context, stationId, controller, 'PeriodsPerSchedule'),
    reported(context, stationId, controller, 'RateUnit'),
  ])
  const named = (units ?? 'W,A').split(',').map((unit) => unit.trim())
  return {
    evses,
    transactionOn: (evse) =>
      [...view.running.values()].find((each) => each.evseId?.value === evse)?.transactionId,
    rateUnits: (['W', 'A'] as const satisfies readonly RateUnit[]).filter((unit) =>
      named.includes(unit),
    ),
    stackLevelMax: stackLevel ?? Infinity,
    periodsMax: periods ?? Infinity,
    entriesMax: Infinity,
    phases: 3,
    phaseSwitching: true,
  }
}

/**
 * K01: a profile that the specification or the station's own report forbids; at a standard station also
 * one whose slot another holds (K01.FR.06, K01.FR.39). A supervised one judges that itself.
 */
const setChargingProfile: Check<'SetChargingProfile'> = async (request, view, context) => {
  const limits = await limitsOf(context, view)
  const asked = { evse: request.evseId, profile: request.chargingProfile }
  const held = view.record.trust === 'standard' ? await heldBy(context, view) : []
  const installed = install(held, asked, limits)
  return installed.ok ? undefined : because(installed.reason)
}

type Installed = { readonly evseId: number; readonly chargingProfile: ChargingProfileType }
/** Profiles that the station has taken or reported, and that are not over. */
async function heldBy(context: Context, view: StationView): Promise<readonly HeldProfile[]> {
  const now = context.deps.clock.now()
  const facts = await factsOf(context, view.record.stationId, 'profile')
  return [...facts.values()].flatMap((fact) => {
    const { evseId: evse, chargingProfile: profile } = fact as Installed
    const end = profile.validTo === undefined ? undefined : fromIso(profile.validTo)
    return end !== undefined && end <= now ? [] : [{ evse, profile }]
  })
}

/** F01.FR.08, F01.FR.09, F01.FR.11: a profile that comes with a start is for that transaction. */
const requestStartTransaction: Check<'RequestStartTransaction'> = async (
  request,
  view,
  context,
) => {
  const { chargingProfile: profile, evseId } = request
  if (evseId !== undefined && !view.record.evses.includes(evseId)) return because('UnknownEvse')
  if (profile === undefined) return undefined
  if (profile.chargingProfilePurpose !== 'TxProfile') return because('InvalidProfile', 'F01.FR.08')
  if (profile.transactionId !== undefined) return because('InvalidProfile', 'F01.FR.11')
  const limits = await limitsOf(context, view)
  const transactionId = 'to come'
  const asked = { evse: evseId ?? view.record.evse, profile: { ...profile, transactionId } }
  const refusal = profileRefusal(asked, {
    ...limits,
    transactionOn: () => transactionId,
  })
  return refusal === undefined ? undefined : because(refusal)
}

/** K10.FR.02: one way of saying what to clear, not none and not both. */
const clearChargingProfile: Check<'ClearChargingProfile'> = (request) =>
  (request.chargingProfileId === undefined) === (request.chargingProfileCriteria === undefined)
    ? because('InvalidValue', 'either an id or criteria say what to clear')
    : undefined

/** K09.FR.03: an id says it all. */
const getChargingProfiles: Check<'GetChargingProfiles'> = ({ chargingProfile: criterion }) => {
  const { chargingProfileId, ...others } = criterion
  return chargingProfileId !== undefined && Object.keys(others).length > 0
    ? because('InvalidValue', 'ids and other criteria exclude each other')
    : undefined
}

/** D01.FR.01, D01.FR.18: after a failure the list is sent whole, under a number above zero. */
const sendLocalList: Check<'SendLocalList'> = async (request, view, context) => {
  if (request.versionNumber <= 0) return because('InvalidValue', 'versionNumber')
  const entries = request.localAuthorizationList ?? []
  if (new Set(entries.map((each) => tokenKey(each.idToken))).size < entries.length)
    return because('InvalidValue', 'a token stands in the list twice')
  if (request.updateType === 'Full')
    return entries.every((each) => each.idTokenInfo !== undefined)
      ? undefined
      : because('InvalidValue', 'a full list says of every token what it may')
  const list = await context.known.find(view.record.stationId, 'localList', 'list')
  if (list?.value['fullNeeded'] === true) return because('FullListNeeded', 'the last one failed')
  const version = list?.value['version']
  return typeof version === 'number' && request.versionNumber <= version
    ? because('VersionMismatch', `the station has ${version}`)
    : undefined
}

/** N09.FR.05: at most one way of naming the customer, and something is asked for. */
const customerInformation: Check<'CustomerInformation'> = (request) => {
  const { idToken, customerCertificate, customerIdentifier, report, clear } = request
  const named = [idToken, customerCertificate, customerIdentifier].filter(
    (each) => each !== undefined,
  )
  if (named.length !== 1) return because('InvalidValue', 'one way of naming the customer')
  return report || clear ? undefined : because('InvalidValue', 'neither report nor clear')
}

/** A05, B09: a station never goes back to a lower security profile. */
const setNetworkProfile: Check<'SetNetworkProfile'> = ({ connectionData }, view) => {
  const highest = view.record.securityProfile ?? 0
  return connectionData.securityProfile < highest
    ? because('SecurityDowngrade', `it has connected under profile ${highest}`)
    : undefined
}

/**
 * B05.FR.11: no more at once than the station has reported. It is not sent in parts: each would be
 * countersigned by itself, and the rest could be refused when some have been set.
 */
const setVariables: Check<'SetVariables'> = async ({ setVariableData }, view, context) => {
  const most = await itemsPerMessage(context, view.record.stationId, 'SetVariables')
  if (setVariableData.length > most) return because('TooManyElements', `at most ${most}`)
  const secrets = setVariableData.filter((each) => isOwnPassword(each.component, each.variable))
  const [secret] = secrets
  if (secret === undefined) return undefined
  // B05.FR.13: it would not be known which one counts.
  if (secrets.length > 1) return because('InvalidValue', 'one password at a time')
  const record = await context.stations.find(view.record.stationId)
  return passwordRefusal(secret, record?.offeredHashes.length ?? 0)
}

/** A00.FR.205, as the errata have it: every station takes forty characters. */
const passwordCharacters = { min: 16, max: 40 } as const
/** Each costs a hash at every wrong password; so many in a row have had no answer. */
const offeredMax = 3

/** A01: a password that no station may take, or that would leave nobody knowing which one it has. */
function passwordRefusal(
  { attributeType = 'Actual', attributeValue }: Request<'SetVariables'>['setVariableData'][number],
  offered: number,
): Unsendable | undefined {
  const { min, max } = passwordCharacters
  if (attributeType !== 'Actual') return because('InvalidValue', 'a password is an Actual value')
  if (attributeValue.length < min || attributeValue.length > max)
    return because('InvalidValue', `a password has ${min} to ${max} characters`)
  return offered < offeredMax
    ? undefined
    : because('PasswordUnsettled', 'the last ones had no answer; reset the station first')
}

/**
 * A boot that is asked for and then rejected turns a station away, which nobody has seconded. By a Reset it can be
 * done, and the supervisor seconds that.
 */
const triggerMessage: Check<'TriggerMessage'> = ({ requestedMessage }, view) =>
  requestedMessage === 'BootNotification' && view.record.bootPolicy === 'Rejected'
    ? because('StationRejected', 'its boot would be rejected')
    : undefined

const checks: { readonly [A in Action]?: Check<A> } = {
  ClearChargingProfile: clearChargingProfile,
  CustomerInformation: customerInformation,
  GetChargingProfiles: getChargingProfiles,
  RequestStartTransaction: requestStartTransaction,
  SendLocalList: sendLocalList,
  SetChargingProfile: setChargingProfile,
  SetNetworkProfile: setNetworkProfile,
  SetVariables: setVariables,
  TriggerMessage: triggerMessage,
}

/** Why this request must not leave; undefined when nothing that is known speaks against it. */
export async function unsendable<A extends Action>(
  context: Context,
  view: StationView,
  action: A,
  request: Request<A>,
): Promise<Unsendable | undefined> {
  // B03.FR.08: a rejected station is left alone.
  if ((view.boot?.status ?? view.record.bootPolicy) === 'Rejected')
    return because('StationRejected')
  const check = checks[action]
  return check?.(request, view, context)
}
