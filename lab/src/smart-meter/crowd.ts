import { nationalBudget, type BudgetLimits } from '@interlock/contract'
import { openSigned, parseQuarantineAlert } from '@interlock/duis'
import { identityOf, nodeCrypto, type Identity } from '@interlock/host'
import { eui64 } from '@interlock/kernel'
import { rating, type Network } from './network.fixture.ts'

/** The national limits a hundredth as large, for one data company and so one region. */
export const crowdBudget: BudgetLimits = {
  ...nationalBudget,
  organisationWatts: nationalBudget.organisationWatts / 100,
  regionWatts: nationalBudget.totalWatts / 100,
  totalWatts: nationalBudget.totalWatts / 100,
}
/** An arm is charged its change and its return. */
export const armSwingWatts = 2 * rating

export type CrowdReport = {
  /** DSRSPs that asked for one arm each. */
  readonly asked: number
  readonly accepted: number
  /** Refused for the budget; anything else is not as it should be. */
  readonly quarantined: number
  readonly otherwise: number
  /** What one of them asked for, and what it may have. */
  readonly eachWatts: number
  readonly organisationWatts: number
  readonly askedWatts: number
  readonly grantedWatts: number
  readonly totalWatts: number
  /** That reached the device. */
  readonly delivered: number
  /** Requests that the data company holds for the budget, each with the alert that its user reads. */
  readonly held: number
  readonly alerts: number
}

const atOnce = 8

/**
 * So many DSRSPs, each with its own key and certificate, ask the data company for an arm each, as an
 * honest user does: a signed request over its own mutual TLS, and the signed pre-command that answers
 * it. One device stands for their homes: what it obeys is not what this is about.
 */
export async function askAsCrowd(
  world: Network,
  count: number,
  limits: Pick<BudgetLimits, 'organisationWatts' | 'totalWatts'>,
): Promise<CrowdReport> {
  const before = world.llcs.accepted.length
  const users = Array.from({ length: count }, (_, index) => newDsrsp(world, index))
  const names: string[] = []
  const alerts: number[] = []
  const askOne = async (user: Identity): Promise<void> => {
    world.signers.set(user.peer.organisation, user.peer.publicKey)
    const answer = await world.arm(user, world.armRequest('7.16', {}, user), user.key)
    names.push(answer.name)
    if (answer.name === 'BudgetExceeded') alerts.push(await alertsOf(world, user))
    await world.leave(user)
  }
  const waiting = [...users]
  const work = async (): Promise<void> => {
    for (let user = waiting.shift(); user !== undefined; user = waiting.shift()) await askOne(user)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const times = (name: string): number => names.filter((each) => each === name).length
  const [accepted, quarantined] = [times('Accepted'), times('BudgetExceeded')]
  return {
    asked: count,
    accepted,
    quarantined,
    otherwise: count - accepted - quarantined,
    eachWatts: armSwingWatts,
    organisationWatts: limits.organisationWatts,
    askedWatts: count * armSwingWatts,
    grantedWatts: accepted * armSwingWatts,
    totalWatts: limits.totalWatts,
    delivered: world.llcs.accepted.length - before,
    held: (await heldFor(world, world.users.supervisor)).length,
    alerts: alerts.reduce((sum, each) => sum + each, 0),
  }
}

/** One more DSRSP, whose arms the LLCS does not take yet. */
export function newDsrsp(world: Network, index: number): Identity {
  const number = index.toString(16).toUpperCase().padStart(4, '0')
  const eui = eui64(`02-00-00-00-00-01-${number.slice(0, 2)}-${number.slice(2)}`)
  const commonName = `dsrsp-${index + 1}`
  const subject = { commonName, role: 'dsrsp', eui, organisation: eui } as const
  const { keyPem, chainPem } = world.smki.certify(subject)
  return identityOf(keyPem, chainPem, commonName)
}

type Item = { readonly breach: string; readonly reference: string }

async function heldFor(world: Network, user: Identity): Promise<readonly Item[]> {
  const { body } = await world.clientOf(user).request('GET', `${world.url}/api/v1/quarantine`)
  const { requests } = body as { requests: readonly Item[] }
  return requests.filter(({ breach }) => breach === 'ADMegawattBreach')
}

/** Alerts about the budget that the company has signed for a user; it sees no other's. */
async function alertsOf(world: Network, user: Identity): Promise<number> {
  const items = await heldFor(world, user)
  const read = async ({ reference }: Item): Promise<boolean> => {
    const path = `${world.url}/api/v1/quarantine/${reference}`
    const { body } = await world.clientOf(user).request('GET', path)
    const signed = openSigned(String(body), world.dccIdentity.peer, nodeCrypto)
    const alert = signed.ok ? parseQuarantineAlert(signed.value.xml) : signed
    return (
      alert.ok &&
      alert.value.breach === 'ADMegawattBreach' &&
      alert.value.request.originator === user.peer.organisation
    )
  }
  const alerts = await Promise.all(items.map(read))
  return alerts.filter((each) => each).length
}

/** What is not as it should be, as sentences. */
export function crowdFailures(report: CrowdReport): readonly string[] {
  const { accepted, quarantined, otherwise, eachWatts, totalWatts, askedWatts } = report
  const rows: readonly (readonly [boolean, string])[] = [
    [eachWatts <= report.organisationWatts, 'one asked for more than an organisation may have'],
    [askedWatts > totalWatts, 'all together asked for less than the limit'],
    [accepted === Math.floor(totalWatts / eachWatts), `${accepted} were accepted`],
    [quarantined > 0 && otherwise === 0, `${otherwise} ended otherwise`],
    [report.delivered === accepted, `${report.delivered} reached the device`],
    [report.held >= quarantined, `${report.held} are held`],
    [report.alerts === quarantined, `${report.alerts} alerts were read`],
  ]
  return rows.filter(([holds]) => !holds).map(([, words]) => words)
}
