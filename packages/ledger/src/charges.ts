import type { BudgetLimits, Reservation } from '@interlock/contract'

/** An organisation in a region, `organisation region`; an organisation's name holds no space. */
export type Account = string

export const accountOf = (owner: { organisation: string; region: string }): Account =>
  `${owner.organisation} ${owner.region}`

export function ownerOf(account: Account): { organisation: string; region: string } {
  const at = account.indexOf(' ')
  return { organisation: account.slice(0, at), region: account.slice(at + 1) }
}

/** One 30-minute window, in watts of swing. */
export type Window = {
  /** Commands, by account: what a day-ahead plan can foresee. */
  readonly commands: ReadonlyMap<Account, number>
  /** Responses, by account: their hour is not known, so no plan pays for them. */
  readonly responses: ReadonlyMap<Account, number>
  /** Consumers' arms, by app vendor: a budget of their own, which commands cannot use up. */
  readonly consumers: ReadonlyMap<string, number>
  /** Day-ahead plans, by account. */
  readonly plans: ReadonlyMap<Account, number>
}

/** What counts against the limits: per account, commands above its plan, and every response. */
export type Charges = {
  readonly organisations: ReadonlyMap<string, number>
  readonly regions: ReadonlyMap<string, number>
  readonly consumers: ReadonlyMap<string, number>
  readonly total: number
}

export function chargesIn(window: Window | undefined): Charges {
  const organisations = new Map<string, number>()
  const regions = new Map<string, number>()
  let total = 0
  const charge = (account: Account, watts: number): void => {
    const { organisation, region } = ownerOf(account)
    organisations.set(organisation, (organisations.get(organisation) ?? 0) + watts)
    regions.set(region, (regions.get(region) ?? 0) + watts)
    total += watts
  }
  for (const [account, swing] of window?.commands ?? [])
    charge(account, Math.max(0, swing - (window?.plans.get(account) ?? 0)))
  for (const [account, swing] of window?.responses ?? []) charge(account, swing)
  return { organisations, regions, consumers: window?.consumers ?? new Map(), total }
}

/** The first limit that the charges of a window exceed for this owner, as words; else `undefined`. */
export function overdrawn(
  charges: Charges,
  { organisation, region, kind }: Pick<Reservation, 'organisation' | 'region' | 'kind'>,
  limits: BudgetLimits,
): string | undefined {
  const vendor = charges.consumers.get(organisation) ?? 0
  const rows: readonly (readonly [string, number, number])[] =
    kind === 'consumer'
      ? [[`consumers of ${organisation}`, vendor, limits.consumerVendorWatts]]
      : [
          [
            organisation,
            charges.organisations.get(organisation) ?? 0,
            limits.agreedWatts[organisation] ?? limits.organisationWatts,
          ],
          [`region ${region}`, charges.regions.get(region) ?? 0, limits.regionWatts],
          ['everyone', charges.total, limits.totalWatts],
        ]
  const over = rows.find(([, used, limit]) => used > limit)
  return over && `${over[0]}: ${over[1]} W of ${over[2]} W`
}

/**
 * The first limit that the plans of a window exceed, as words; else `undefined`. A plan raises what
 * its organisation may move, so nobody may plan for as much as all may together.
 */
export function overplanned(
  { plans }: Window,
  organisation: string,
  limits: BudgetLimits,
): string | undefined {
  let own = 0
  let total = 0
  for (const [account, watts] of plans) {
    if (ownerOf(account).organisation === organisation) own += watts
    total += watts
  }
  const rows: readonly (readonly [string, number, number])[] = [
    [`plans of ${organisation}`, own, limits.planOrganisationWatts],
    ['all plans', total, limits.planWatts],
  ]
  const over = rows.find(([, used, limit]) => used > limit)
  return over && `${over[0]}: ${over[1]} W of ${over[2]} W`
}
