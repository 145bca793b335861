import { httpClient, loadIdentity, readText } from '@interlock/host'
import { Fault, inMinutes, plus, type Activity, type Clock } from '@interlock/kernel'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { at } from './cars.ts'
import { providerDeskDir } from './ceremony.ts'
import { https, type Plan } from './configs.ts'
import { rounded } from './measure.ts'
import { cardHome } from './roaming-configs.ts'
import type { RunningHome, Street } from './start-street.ts'

/** What came of the charges by card, as the drivers' provider has it. */
export type RoamingReport = {
  /** Sessions of its drivers that operators told, and of these the ones that it had been asked about. */
  readonly sessions: number
  readonly authorised: number
  /** Charge detail records: billed by what the meter has signed, or disputed. */
  readonly cdrs: { readonly accepted: number; readonly refused: number }
  readonly energyKilowattHours: number
  /** With tax, GBP. */
  readonly cost: number
}

const items = <Item extends Type.TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item, { maxItems: 1_000 }) })
const Sessions = items(Type.Object({ authorization_reference: Type.Optional(Type.String()) }))
const Told = Type.Object({
  items: Type.Array(Type.Object({ kind: Type.String() }), { maxItems: 1_000 }),
  next: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
})
const Disputes = items(Type.Object({ reason: Type.String() }))
const Bills = items(
  Type.Object({
    session: Type.Object({
      wattHours: Type.Number(),
      cost: Type.Object({ incl_vat: Type.Number() }),
    }),
  }),
)

/** Reads what the provider's own console shows. @throws Fault when it does not answer as one */
export async function readRoaming(plan: Plan, activity: Activity): Promise<RoamingReport> {
  const http = httpClient({
    identity: loadIdentity(providerDeskDir(plan.layout)),
    trust: { roots: [readText(plan.layout.trust.charging)] },
    activity,
  })
  const ask = async <Shape extends Type.TSchema>(path: string, shape: Shape) => {
    const { body } = await http.request('GET', `${https(plan, 'emsp')}/api/v1/${path}`)
    if (!Value.Check(shape, body)) throw new Fault('AnswerInvalid', `${path}: no such list`)
    return body
  }
  try {
    const { items: sessions } = await ask('sessions', Sessions)
    const { items: bills } = await ask('bills', Bills)
    const { items: disputes } = await ask('disputes', Disputes)
    const sum = (of: (session: (typeof bills)[number]['session']) => number): number =>
      bills.reduce((total, { session }) => total + of(session), 0)
    return {
      sessions: sessions.length,
      authorised: sessions.filter((each) => each.authorization_reference !== undefined).length,
      cdrs: { accepted: bills.length, refused: disputes.length },
      energyKilowattHours: rounded(sum(({ wattHours }) => wattHours) / 1_000),
      cost: rounded(sum(({ cost }) => cost.incl_vat)),
    }
  } finally {
    await http.close()
  }
}

/** Readings that its drivers' charges have had, as their chargers told the provider by topic, sealed for it alone. */
export async function readingsToldToProvider(plan: Plan, activity: Activity): Promise<number> {
  const http = httpClient({
    identity: loadIdentity(providerDeskDir(plan.layout)),
    trust: { roots: [readText(plan.layout.trust.charging)] },
    activity,
  })
  const page = async (before: number | null): Promise<number> => {
    const query = before === null ? '' : `?before=${before}`
    const { body } = await http.request('GET', `${https(plan, 'emsp')}/api/v1/told${query}`)
    if (!Value.Check(Told, body)) throw new Fault('AnswerInvalid', 'told: no such list')
    const count = body.items.filter(({ kind }) => kind === 'reading').length
    return body.next === null ? count : count + (await page(body.next))
  }
  try {
    return await page(null)
  } finally {
    await http.close()
  }
}

/** When the car of the driver with the card has left, one sentence on what the provider makes of it. */
export function tellOfCard(
  { plan, homes, depsOf }: Pick<Street, 'plan' | 'homes' | 'depsOf'>,
  sessions: readonly RunningHome['session'][],
  clock: Clock,
  say: (words: string) => void,
): void {
  const home = cardHome(plan)
  const session = sessions[homes.findIndex((each) => each.home.number === home.number)]
  if (session === undefined || session.departure <= clock.now()) return
  at(clock, plus(session.departure, inMinutes(5)), 'card/billed', async () => {
    const { cdrs, energyKilowattHours, cost } = await readRoaming(plan, depsOf('card').activity)
    say(
      `${home.address} charged by the card of a provider, who asked the register of cards: ${energyKilowattHours} kWh ` +
        `as the meter signed them, £${cost.toFixed(2)}; ${cdrs.accepted} records billed, ${cdrs.refused} refused.`,
    )
  })
}
