import { inMinutes, instant, type Clock, type Instant } from '@interlock/kernel'
import { at } from './cars.ts'
import type { Pages } from './open-pages.ts'
import { agreeToOpenData } from './open-data.ts'
import { scriptedPerson, type Device } from './person.ts'
import type { RunningHome, Street } from './start-street.ts'

/** What the scripted people of the day did and what came of it, in order. */
export type PersonAct = { readonly what: string; readonly outcome: 'done' | 'refused' }

/**
 * A day's people, simulated: one enrols a phone by the code at the charger, charges at once and stops
 * again; thinks better of a third arm; lets the home count in open data; loses the phone and revokes it; and somebody finds it.
 */
export function schedulePeople(
  running: RunningHome,
  pages: Pages,
  clock: Clock,
  from: Instant,
  { plan, depsOf }: Pick<Street, 'plan' | 'depsOf'>,
): readonly PersonAct[] {
  const acts: PersonAct[] = []
  const note = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    try {
      await act()
      acts.push({ what, outcome: 'done' })
    } catch {
      acts.push({ what, outcome: 'refused' })
    }
  }
  const { home, station } = running
  const login = { name: 'resident', password: pages.passwords.resident }
  const urls = { console: pages.web.consoleUrl, arm: pages.web.armUrl }
  let phone: Device | undefined

  const later = (minutes: number, what: string, act: () => Promise<unknown>): void =>
    at(clock, instant(from + inMinutes(minutes)), `person-${home.number}/${minutes}`, () =>
      note(what, act),
    )
  const own = (): Device => {
    if (phone === undefined) throw new Error('the phone was not enrolled')
    return phone
  }
  const wish = async (action: 'charge' | 'stop'): Promise<void> => {
    const { errand } = await own().arm(action)
    await own().trigger(errand)
  }

  later(0, 'enrols a phone with the code at the charger', async () => {
    const code = station.hardware.press('pair')
    const person = await scriptedPerson(home, login, urls, clock)
    phone = await person.enrol(code ?? '')
  })
  later(5, 'charges now', () => wish('charge'))
  later(25, 'stops', () => wish('stop'))
  later(40, 'signs an arm and thinks better of it', () => own().arm('charge'))
  later(45, 'lets the home count in open data', () =>
    agreeToOpenData(plan, home, own().key, clock, depsOf('open-data').activity),
  )
  later(50, 'revokes the lost phone at the charger', async () =>
    station.hardware.revoke(own().spki),
  )
  later(55, 'whoever found the phone tries to charge', () => wish('charge'))
  return acts
}
