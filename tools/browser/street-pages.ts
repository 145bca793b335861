import type { Page } from 'playwright-core'

/** The steps a person takes through the pages, by role and name, for tests of any street. */
export type StreetPages = {
  signIn(name: string, password: string): Promise<void>
  /** From the street to the feeders; what is said of all of them. */
  feeders(): Promise<string>
  /** The sentence of one charger. */
  sentence(station: string): Promise<string>
  /** Presses *pair* at the simulated charger of a place; what its display shows. */
  pair(place: string): Promise<string>
  /** Presses `Charge now` or `Stop` of a place with the keyboard; ends on the arm page. */
  ask(action: 'Charge now' | 'Stop', place: string): Promise<void>
  /** On the arm page: the code shown at the charger. */
  enrol(code: string): Promise<void>
  /** On the arm page: what is about to be signed. */
  armSentence(): Promise<string>
  /** Signs with the keyboard; ends on the console, with what it says about the trigger. */
  sign(): Promise<string>
  /** On the arm page: from what is to be signed to the devices that may sign for a place. */
  devices(place: string): Promise<void>
  /** On the arm page: from the homes to the charging hours of a place; what the charger says of them. */
  hours(place: string): Promise<string>
  /** On the charging hours: chooses what is labelled so, and signs; the sentence that was signed. */
  chooseHours(label: string | RegExp): Promise<string>
  /** On the arm page: from the homes to the guests of a place. */
  guests(place: string): Promise<void>
  /** On the guests: allows a card, and signs; the sentence that was signed. */
  allowGuest(guest: Record<'uid' | 'name' | 'energy' | 'span', string>): Promise<string>
  /** On the guests: takes back the leave of one by name, and signs; the sentence that was signed. */
  takeBack(guest: string): Promise<string>
  /** On the devices of a place: revokes one by its name; the sentence that was signed. */
  revoke(device: string): Promise<string>
  /** Lab only: presses `Attack`; what came of it, in one sentence. */
  attack(): Promise<string>
}

/** On a machine that does something else too; a page that hangs still ends. */
const waitMillis = 60_000

/** `consoleUrl` is where the page starts; everything else is found from there. */
export function streetPages(page: Page, consoleUrl: string): StreetPages {
  page.setDefaultTimeout(waitMillis)
  page.setDefaultNavigationTimeout(waitMillis)
  const press = async (name: string | RegExp): Promise<void> => {
    const button = page.getByRole('button', { name, exact: true })
    await button.waitFor()
    await tabTo(page, button)
    await page.keyboard.press('Enter')
  }
  /** The guest's sheet: what it says, once it was signed and sent. */
  const signGuest = async (): Promise<string> => {
    const sentence = page.getByTestId('guest-sentence')
    const said = await sentence.textContent()
    await press('Sign')
    await sentence.waitFor({ state: 'detached' })
    return said ?? ''
  }
  return {
    signIn: async (name, password) => {
      await page.goto(consoleUrl)
      await tabTo(page, page.getByLabel('Name', { exact: true }))
      await page.keyboard.type(name)
      await page.keyboard.press('Tab')
      await page.keyboard.type(password)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Chargers' }).waitFor()
    },
    feeders: async () => {
      await tabTo(page, page.getByRole('link', { name: 'Feeders' }))
      await page.keyboard.press('Enter')
      const sentence = page.getByTestId('feeders-sentence').filter({ hasNotText: 'Asking' })
      await sentence.waitFor()
      return (await sentence.textContent()) ?? ''
    },
    sentence: async (station) =>
      (await page.getByTestId(`charger-${station}`).getByTestId('sentence').textContent()) ?? '',
    pair: async (place) => {
      await tabTo(page, page.getByLabel(`More about ${place}`))
      await page.keyboard.press('Enter')
      await press(`Press Pair at the charger of ${place}`)
      const told = page.getByText(/^Pair was pressed at .+ Its display shows /)
      await told.waitFor()
      return ((await told.textContent()) ?? '').replace(/^.* shows /, '')
    },
    ask: async (action, place) => {
      await press(`${action} at ${place}`)
      await page.waitForURL((url) => url.origin !== new URL(consoleUrl).origin)
    },
    enrol: async (code) => {
      const field = page.getByLabel('Code at the charger')
      await field.waitFor()
      await tabTo(page, field)
      await page.keyboard.type(code)
      await page.keyboard.press('Enter')
    },
    armSentence: async () => {
      const sentence = page.getByTestId('arm-sentence')
      await sentence.waitFor()
      return (await sentence.textContent()) ?? ''
    },
    sign: async () => {
      await press('Sign and send')
      await page.waitForURL(`${consoleUrl}/**`)
      const status = page.getByRole('region', { name: 'Now' }).getByRole('status')
      const result = status.filter({ hasText: /^(?!Signed\.).+/ })
      await result.waitFor()
      return (await result.textContent()) ?? ''
    },
    devices: async (place) => {
      await press('Other homes')
      await press(`Devices that may sign for ${place}`)
      await page.getByRole('heading', { name: 'Devices that may sign for' }).waitFor()
    },
    hours: async (place) => {
      await press(`Charging hours of ${place}`)
      const state = page.getByTestId('hours-state')
      await state.waitFor()
      return (await state.textContent()) ?? ''
    },
    chooseHours: async (label) => {
      await page.getByLabel(label).focus()
      await page.keyboard.press('Space')
      await press('Choose')
      const said = await page.getByTestId('hours-sentence').textContent()
      await press('Sign and choose')
      await page.getByTestId('hours-sentence').waitFor({ state: 'detached' })
      return said ?? ''
    },
    guests: async (place) => {
      await press(`Guests at ${place}`)
      await page.getByRole('heading', { name: `Guests at ${place}` }).waitFor()
    },
    allowGuest: async ({ uid, name, energy, span }) => {
      await page.getByLabel('Number of the card').focus()
      await page.keyboard.type(uid)
      await page.getByLabel('Whose it is').focus()
      await page.keyboard.type(name)
      await page.getByLabel('Altogether').selectOption(energy)
      await page.getByLabel(/^For/).selectOption(span)
      await press('Allow')
      return signGuest()
    },
    takeBack: async (guest) => {
      await press(`Take back the leave of ${guest}`)
      return signGuest()
    },
    revoke: async (device) => {
      await press(`Revoke device ${device}`)
      const said = await page.getByTestId('revocation-sentence').textContent()
      await press('Sign and revoke')
      return said ?? ''
    },
    attack: async () => {
      await press('Attack')
      const told = page.getByText(/^\d+ commands were sent\./)
      await told.waitFor()
      return (await told.textContent()) ?? ''
    },
  }
}

const tabsMax = 120

/** Presses Tab until the element has the focus; nothing here uses a pointer. */
async function tabTo(page: Page, target: ReturnType<Page['getByRole']>): Promise<void> {
  for (let tabs = 0; tabs < tabsMax; tabs++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('the keyboard does not reach it')
}
