import { ok, refused, type Outcome } from '@interlock/kernel'
import {
  checkOcpi,
  commandObjects,
  commandTypes,
  isWithin,
  type Answer,
  type Asked,
  type CommandResponse,
  type CommandResult,
  type CommandType,
  type OcpiObject,
  type OcpiParty,
  type OcpiRefusal,
} from '@interlock/ocpi'
import { inBackground } from '../background.ts'
import { isAccepted, type CommandOutcome, type Commands } from '../commands.ts'
import { pacing } from '../pacing.ts'
import { orders, type Order, type Ordered } from './command-orders.ts'
import { wishMillis, type RoamingDesk } from './roaming.ts'

/** Longer than the supervisor and the station are waited for together. */
const timeoutSeconds = 90
/** Commands of one provider whose outcome is not known yet. */
export const openCommandsMax = 20

const said = (message: string | undefined) =>
  message === undefined ? {} : { message: [{ language: 'en', text: message }] }
const answered = (result: CommandResponse['result'], message?: string): Answer =>
  ok({
    data: { result, timeout: result === 'ACCEPTED' ? timeoutSeconds : 0, ...said(message) },
  })

/**
 * Commands of providers (§13). Each becomes a request like any other of this CSMS: what moves load is signed,
 * countersigned by the supervisor and charged to its ledger, or does not leave. A supervised station starts and
 * stops by an arm alone, which no provider has: there the supervisor says no. The outcome is told at the
 * provider's own address and nowhere else.
 */
export function commandHandlers(desk: RoamingDesk, commands: Commands) {
  const { context, peers, outbox } = desk
  const isTooOften = pacing(wishMillis)
  const open = new Map<string, number>()
  const count = (party: string, by: number): void =>
    void open.set(party, (open.get(party) ?? 0) + by)

  const carryOut = async (party: string, type: CommandType, url: string, order: Order) => {
    await order.before?.()
    const outcome = await commands.send(order.command)
    const result = resultOf(type, outcome)
    await order.after?.(result)
    const { status, reason } = outcome
    context.audit.record('ProviderCommand', {
      party,
      command: type,
      station: order.command.stationId,
      status,
      reason,
    })
    await outbox.post(party, url, { result, ...said(reason) } satisfies CommandResult)
  }
  const refusal = (type: CommandType, { stationId, evse }: Order['command']) => {
    if (!context.sessions.has(stationId)) return 'the station is not there'
    const name = `${type} ${stationId} ${evse}`
    return isTooOften(name, context.deps.clock.now()) ? 'asked for too often' : undefined
  }
  const take = async (party: OcpiParty, type: CommandType, asked: AnyCommand): Promise<Answer> => {
    const ordered = await orderFor(desk, party, type, asked)
    if (!ordered.ok) return answered(ordered.reason, ordered.detail)
    const order = ordered.value
    const no = refusal(type, order.command)
    if (no !== undefined) return answered('REJECTED', no)
    count(party.name, 1)
    inBackground(context.deps, 'provider-command', () =>
      carryOut(party.name, type, asked.response_url, order).finally(() => count(party.name, -1)),
    )
    return answered('ACCEPTED')
  }
  return {
    async 'commands.post'({ caller, params, body }: Asked<'commands.post'>): Promise<Answer> {
      const type = commandTypes.find((each) => each === params['command'])
      if (type === undefined) return refused('ParameterInvalid', 'command')
      const asked: Outcome<AnyCommand, OcpiRefusal> = checkOcpi(commandObjects[type], body)
      if (!asked.ok) return asked
      const party = peers.parties.find(({ name }) => name === caller.name)
      // What a provider says of its address sends us nowhere else.
      if (party === undefined || !isWithin(party, asked.value.response_url))
        return refused('ParameterInvalid', 'response_url')
      if ((open.get(party.name) ?? 0) >= openCommandsMax)
        return answered('REJECTED', 'too many commands wait for their outcome')
      // Counted while it is looked at as well, so that no burst passes the limit.
      count(party.name, 1)
      return await take(party, type, asked.value).finally(() => count(party.name, -1))
    },
  }
}

type AnyCommand = OcpiObject<(typeof commandObjects)[CommandType]>

const orderFor = (
  desk: RoamingDesk,
  party: OcpiParty,
  type: CommandType,
  asked: AnyCommand,
): Promise<Ordered> => {
  const order = orders[type] as (
    desk: RoamingDesk,
    party: OcpiParty,
    asked: AnyCommand,
    now: number,
  ) => Promise<Ordered>
  return order(desk, party, asked, desk.context.deps.clock.now())
}

type Result = CommandResult['result']
/** By the station's status, and where it has none by the reason why nothing came of it (§13.4.2). */
const results: Readonly<Record<string, Result>> = {
  Unlocked: 'ACCEPTED',
  Occupied: 'EVSE_OCCUPIED',
  Faulted: 'EVSE_INOPERATIVE',
  Unavailable: 'EVSE_INOPERATIVE',
  UnlockFailed: 'FAILED',
  Timeout: 'TIMEOUT',
  StationOffline: 'EVSE_INOPERATIVE',
  NotImplemented: 'NOT_SUPPORTED',
  NotSupported: 'NOT_SUPPORTED',
  Failed: 'FAILED',
}

export function resultOf(type: CommandType, outcome: CommandOutcome): Result {
  if (isAccepted(outcome)) return 'ACCEPTED'
  const { status, reason = '' } = outcome
  if (type === 'CANCEL_RESERVATION' && status === 'Rejected') return 'UNKNOWN_RESERVATION'
  const isOfStation = status !== 'Failed' && status !== 'Refused'
  return results[isOfStation ? status : reason] ?? results[status] ?? 'REJECTED'
}
