import { limits } from '@interlock/contract'
import { supervisorClient } from '@interlock/dsrsp'
import { granted, type ServiceRequest } from '@interlock/duis'
import { armOf, signPreCommand } from '@interlock/gbcs'
import {
  duisClient,
  httpClient,
  loadIdentity,
  pinPeer,
  nodeCrypto,
  readText,
  systemClock,
} from '@interlock/host'
import { inHours, inMinutes, inSeconds, instant, plus, type Eui64 } from '@interlock/kernel'
import { nextCounter } from '@interlock/seal'
import { stolenPen } from '../attacks/forge.ts'
import type { AnswerOutcome } from '../attacks/outcome.ts'
import {
  heldWatts,
  takeResponseOver,
  type Contract,
  type ResponseAttempt,
  type ResponseLoot,
} from '../attacks/response-takeover.ts'
import { organisations, ratingWatts, region } from './address-book.ts'
import { dccCertificate, https, streetBudget } from './configs.ts'
import { countBy } from './measure.ts'
import { watchLoad } from './run-attack.ts'
import type { Street } from './start-street.ts'

export type ResponseAttackReport = {
  readonly commandsSent: number
  /** What both ledgers had granted the provider when it was over, W of swing in one window. */
  readonly grantedWatts: number
  readonly budgetWatts: number
  /** Highest less lowest load of the street meanwhile. */
  readonly loadStepWatts: number
  /** Every rise and every fall of it added up, as a ledger counts. */
  readonly loadSwingWatts: number
  readonly refusals: Readonly<Record<string, number>>
}

/** Takes the DSR provider over and dispatches everything; the street is watched meanwhile. */
export async function runResponseAttack(street: Street): Promise<ResponseAttackReport> {
  const { stolen, close } = steal(street)
  const load = watchLoad(street)
  try {
    const homes = contractsOf(street)
    const attempts = await takeResponseOver(homes, stolen)
    const { loadStepWatts, loadSwingWatts } = load.stop()
    return {
      commandsSent: attempts.length,
      grantedWatts: held(homes) + sum(attempts, (each) => each.grantedWatts),
      budgetWatts: streetBudget(homes.length).agreedWatts[organisations.dsrsp] ?? 0,
      loadStepWatts,
      loadSwingWatts,
      refusals: countBy(
        attempts.filter((each) => each.outcome === 'refused'),
        (each: ResponseAttempt) => each.reason,
      ),
    }
  } finally {
    load.stop()
    await close()
  }
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0)
const held = (homes: readonly Contract[]): number =>
  sum(homes, (each) => (each.heldDigest === undefined ? 0 : heldWatts(each.ratingWatts)))

function contractsOf(street: Street): readonly Contract[] {
  const members = new Map(street.dsrsp.portfolio().map((each) => [each.stationId, each]))
  return street.homes.map(({ home, station }) => ({
    stationId: home.stationId,
    eui: home.station,
    ratingWatts,
    transactionId: station.observe().transactionId,
    heldDigest: members.get(home.stationId)?.armed?.digest,
  }))
}

/** The provider's keys under both roots, and with them everything that it can reach. */
function steal(street: Street): { stolen: ResponseLoot; close: () => Promise<void> } {
  const { layout } = street.plan
  const { charging, smartMeter } = layout.server('dsrsp')
  const { clock, activity } = street.depsOf('response-attacker')
  const client = (dir: string, root: string) =>
    httpClient({ identity: loadIdentity(dir), trust: { roots: [readText(root)] }, activity })
  const toSupervisor = client(charging, layout.trust.charging)
  const toDcc = client(smartMeter, layout.trust.smartMeter)
  const supervisor = supervisorClient(toSupervisor, https(street.plan, 'supervisor'), nodeCrypto)
  const everything = (): object => ({
    organisation: organisations.dsrsp,
    region,
    windows: [{ from: nextWindow(plus(clock.now(), inHours(24))), swingWatts: 1_000_000_000 }],
  })
  const plan = async (client: typeof toDcc, url: string): Promise<AnswerOutcome> => {
    const { status, body } = await client.request('POST', `${url}/api/v1/plans`, everything())
    const { reason = `${status}` } = (body ?? {}) as { reason?: string }
    return status < 300 ? { outcome: 'applied' } : { outcome: 'refused', reason }
  }
  return {
    stolen: {
      sessionOf: street.dsrsp.session,
      arm: armer(street, toDcc, smartMeter, () => clock.now()),
      submit: async (station, command) => {
        const granted = await supervisor.countersign(station, command)
        return granted.ok ? { command: granted.value } : { reason: granted.reason }
      },
      plans: async () => [
        await plan(toSupervisor, https(street.plan, 'supervisor')),
        await plan(toDcc, https(street.plan, 'dcc')),
      ],
      sign: stolenPen(loadIdentity(charging), 'dsrsp', clock, nodeCrypto),
      now: () => wholeSecond(clock.now()),
      pause: (seconds) =>
        activity.parked(
          () =>
            new Promise((resolve) => {
              clock.after(inSeconds(seconds), 'next-move', () => resolve())
            }),
        ),
    },
    close: async () => {
      await toSupervisor.close()
      await toDcc.close()
    },
  }
}

const wholeSecond = (at: number) => instant(Math.floor(at / 1000) * 1000)
const nextWindow = (at: number): number =>
  Math.ceil(at / limits.budgetWindowMillis) * limits.budgetWindowMillis

/** Asks the DCC for a pre-command, signs it unread, and gives it back to be delivered. */
function armer(
  street: Street,
  http: ReturnType<typeof httpClient>,
  identityDir: string,
  now: () => number,
): ResponseLoot['arm'] {
  const identity = loadIdentity(identityDir)
  const dcc = duisClient({
    http,
    url: https(street.plan, 'dcc'),
    identity,
    company: pinPeer(dccCertificate(street.plan), () => {}),
    roots: [readText(street.plan.layout.trust.smartMeter)],
    crypto: nodeCrypto,
    wall: systemClock,
    // A thief keeps no audit trail.
    record: () => {},
  })
  const ask = async (request: ServiceRequest) => {
    const answer = await dcc.ask(request)
    return answer.ok ? granted(answer.value) : answer
  }
  const llcsOf = new Map<string, Eui64>(street.homes.map(({ home }) => [home.stationId, home.llcs]))
  let counter = 0n
  return async ({ stationId }, service) => {
    const from = wholeSecond(now())
    counter = nextCounter(counter, instant(now()))
    const asked: ServiceRequest = {
      originator: identity.peer.organisation,
      target: llcsOf.get(stationId) ?? identity.peer.eui,
      counter,
      service,
      commandVariant: 4,
      body: {
        kind: 'loadControl',
        controller: 1,
        direction: 'import',
        levelPercent: 100,
        from,
        until: plus(from, inMinutes(25)),
      },
    }
    const answer = await ask(asked)
    if (!answer.ok) return answer
    const preCommand = answer.value.preCommand ?? new Uint8Array()
    const payload = signPreCommand(preCommand, identity.key, nodeCrypto)
    const arm = armOf(payload, nodeCrypto)
    const signed = { ...asked, commandVariant: 5 as const, body: signedBody(payload) }
    const delivered = await ask(signed)
    if (!delivered.ok) return delivered
    return arm.ok ? { digest: arm.value.digest } : arm
  }
}

const signedBody = (payload: Uint8Array) => ({ kind: 'signedPreCommand' as const, payload })
