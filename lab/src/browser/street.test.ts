import type { Browser, Page } from 'playwright-core'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { momentOf } from '@interlock/arm'
import type { KnownGuest } from '@interlock/contract'
import { openGuest, type Guest } from '@interlock/driver'
import {
  httpClient,
  loadIdentity,
  nodeCrypto,
  readText,
  silentLog,
  temporaryDir,
} from '@interlock/host'
import { inHours, inMinutes, instant, unobserved } from '@interlock/kernel'
import { accessibilityProblems, sidewaysPixels } from '../../../tools/browser/accessibility.ts'
import { buildWeb } from '../../../tools/build-web.mjs'
import { launchChromium, noChromium } from '../../../tools/browser/chromium.ts'
import { streetPages, type StreetPages } from '../../../tools/browser/street-pages.ts'
import { feeder as feederName } from '../street/address-book.ts'
import { runLive, type Live } from '../street/live.ts'
import { makeDay, type Session } from '../worlds/day.ts'

const skipped = noChromium()
const title = skipped === undefined ? 'a street in a browser' : `a street (skipped: ${skipped})`
const seed = 1
const day = makeDay(seed, 3, {})
const earliest = (left: Session, right: Session) => left.pluggedIn - right.pluggedIn
const [first] = day.sessions.toSorted(earliest)

describe.skipIf(skipped !== undefined)(title, { timeout: 180_000 }, () => {
  const dir = temporaryDir('interlock-browser')
  const complaints: string[] = []
  let live: Live
  let browser: Browser
  let page: Page
  let pages: StreetPages

  const home = () => {
    const found = live.street.homes.find(({ session }) => session.pluggedIn === first?.pluggedIn)
    if (found === undefined) throw new Error('no car comes')
    return found
  }
  const newPage = async (): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const opened = await context.newPage()
    opened.on('pageerror', (error) => complaints.push(error.message))
    opened.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    return opened
  }
  /** By what axe-core finds, and by what a narrow window shows. */
  const isAccessible = async (what: string): Promise<void> => {
    await page.setViewportSize({ width: 320, height: 800 })
    expect(await sidewaysPixels(page), `${what} at 320 px`).toBe(0)
    await page.setViewportSize({ width: 1280, height: 800 })
    expect(await accessibilityProblems(page), what).toEqual([])
  }

  /** The charger's word goes to the supervisor, both ledgers agree, and its answer comes back. */
  const choosesHours = async (place: string): Promise<void> => {
    await page.getByRole('button', { name: 'All homes' }).click()
    expect(await pages.hours(place)).toBe('These hours are in force.')
    await isAccessible('the hours')
    await pages.chooseHours(/^No such hours/)
    const confirmed = () => expect(home().station.observe().hours.state).toBe('acknowledged')
    await vi.waitFor(confirmed, { timeout: 120_000, interval: 100 })
    await page.getByRole('button', { name: 'Ask the charger again' }).click()
    await page
      .getByTestId('hours-state')
      .getByText(/^Confirmed: no such hours, from 00:00 on /)
      .waitFor()
    // Not the CSMS's word: what the charger signed, by the supervisor's key that this device has pinned.
    await page.getByText(/its supervisor confirmed it; this device has checked both\./).waitFor()
  }

  /** Asks the CSMS itself, as the web actor does. */
  const askCsms = async (method: 'GET' | 'POST', path: string, asked?: object) => {
    const { ports } = JSON.parse(readFileSync(join(dir, 'street.json'), 'utf8')) as {
      ports: { csms: number }
    }
    const http = httpClient({
      identity: loadIdentity(join(dir, 'web/charging')),
      trust: { roots: [readText(join(dir, 'trust/charging-root.pem'))] },
      activity: unobserved,
    })
    const url = `https://127.0.0.1:${ports.csms}/api/v1/stations/${home().home.stationId}/${path}`
    const { body } = await http.request(method, url, asked)
    await http.close()
    return body
  }

  /** What the CSMS has of the only guest, which by the charger's own list of owners one of them has signed. */
  const guestAtCsms = async (): Promise<Guest> => {
    const { guests } = (await askCsms('GET', 'guests')) as { guests: readonly KnownGuest[] }
    const [known] = guests
    if (known === undefined || guests.length > 1) throw new Error(`${guests.length} guests`)
    const { home: at, station } = home()
    const opened = openGuest(known, station.hardware.owners(), at.station, nodeCrypto)
    if (!opened.ok) throw new Error(opened.reason)
    return opened.value
  }

  /** Cap and end reach the CSMS as the owner has read and signed them; with 0 Wh the leave is taken back. */
  const allowsGuest = async (place: string): Promise<void> => {
    await page.getByRole('button', { name: 'All homes' }).click()
    await pages.guests(place)
    await page.getByText('Nobody else has your leave to charge here.').waitFor()
    const uid = '04A1B2C3D4E5F6'
    const asked = { uid, name: 'Zoë', energy: '40 kWh', span: 'a week' }
    const said = await pages.allowGuest(asked)
    await page.getByRole('button', { name: 'Take back the leave of Zoë' }).waitFor()
    await isAccessible('the guests')
    const guest = await guestAtCsms()
    expect(guest).toMatchObject({ uid, name: 'Zoë', wattHours: 40_000, payer: null })
    const end = momentOf(guest.until, guest.until - inHours(7 * 24), 'Europe/London')
    expect(said).toBe(`At ${place}: Zoë (card ${uid}) may charge 40 kWh until ${end}. You pay.`)
    expect(await pages.takeBack('Zoë')).toBe(`At ${place}: Zoë (card ${uid}) may no longer charge.`)
    await page.getByText('Nobody else has your leave to charge here.').waitFor()
    expect(await guestAtCsms()).toEqual({ ...guest, wattHours: 0 })
  }

  beforeAll(async () => {
    await buildWeb()
    const words: string[] = []
    live = await runLive({
      dir,
      seed,
      day,
      speed: 20,
      controls: 'on',
      ports: { console: 0, arm: 0 },
      from: instant((first?.pluggedIn ?? 0) + inMinutes(5)),
      log: silentLog,
      say: (each) => words.push(each),
    })
    browser = await launchChromium()
    page = await newPage()
    pages = streetPages(page, live.consoleUrl)
    const plugged = () => expect(home().station.observe().state).not.toBe('Idle')
    await vi.waitFor(plugged, { timeout: 120_000, interval: 100 })
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await live?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  test('by keyboard: pair, enrol this device, Charge now; the charger charges by the override', async () => {
    const { address: place } = home().home
    await pages.signIn('lab', live.passwords.lab)
    const code = await pages.pair(place)
    await isAccessible('the street')
    await pages.ask('Charge now', place)
    expect(page.url().startsWith(live.armUrl)).toBe(true)
    await pages.enrol(code)
    expect(await pages.armSentence()).toMatch(
      new RegExp(`^Charge now at up to 7.4 kW at ${place} until \\d\\d:\\d\\d( on .+)?$`),
    )
    await isAccessible('the arm page')
    expect(await pages.sign()).toBe(`Arm and trigger met: Charge now at ${place}.`)
    const seen = home().station.observe()
    expect(seen.powerWatts).toBeGreaterThan(0)
    expect(seen.why).toBe('OverrideCharge')
    await page.getByText('because the owner said Charge now.').waitFor()
    await page
      .getByTestId('meetings')
      .getByText(`Arm and trigger met at ${place}: Start.`)
      .waitFor()
  })

  test('Stop takes an arm of its own, and the charger stays stopped', async () => {
    const { address: place } = home().home
    await pages.ask('Stop', place)
    expect(await pages.armSentence()).toMatch(/^Stop charging now at .+ and stay stopped until/)
    expect(await pages.sign()).toBe(`Arm and trigger met: Stop at ${place}.`)
    const seen = home().station.observe()
    expect(seen.powerWatts).toBe(0)
    expect(seen.why).toBe('OverrideStop')
    await page.getByText('Stopped because the owner said so.').waitFor()
  })

  test('a trigger whose arm never comes is told in a sentence, at the charger and among refusals', async () => {
    const { address: place, stationId } = home().home
    const body = await askCsms('POST', 'triggers', { action: 'start', arm: 'A'.repeat(43) })
    expect(body).toMatchObject({ status: 'Rejected', reasonCode: 'NotArmed' })
    const words = 'no arm for it arrived in time.'
    await page
      .getByTestId(`charger-${stationId}`)
      .getByText(new RegExp(`^Start was refused at .+: ${words}$`))
      .waitFor()
    await page.getByTestId('refusals').getByText(`Start at ${place}: ${words}`).waitFor()
  })

  test('a lost device is revoked from another, and what it signs then moves nothing; hours are chosen, a guest is allowed', async () => {
    const { address: place } = home().home
    const lost = await (await browser.newContext()).newPage()
    const lostPages = streetPages(lost, live.consoleUrl)
    await lostPages.signIn('lab', live.passwords.lab)
    const code = await lostPages.pair(place)
    await lostPages.ask('Charge now', place)
    await lostPages.enrol(code)
    await lostPages.armSentence()
    await lostPages.devices(place)
    expect(home().station.hardware.owners()).toHaveLength(2)
    const own = lost.getByTestId('devices').getByRole('listitem').filter({ hasText: 'this device' })
    const name = `${await own.locator('.bytes').textContent()}`

    await pages.ask('Charge now', place)
    await pages.armSentence()
    await pages.devices(place)
    await isAccessible('the devices')
    expect(await pages.revoke(name)).toBe(
      `Device ${name} is lost: nothing that it signs moves anything at ${place} any more.`,
    )
    await page.getByText(`${place} does not know device ${name} any more.`).waitFor()
    const [kept] = home().station.hardware.owners()
    expect(home().station.hardware.owners()).toEqual([kept])
    const devices = page.getByTestId('devices').getByRole('listitem')
    await devices.nth(1).waitFor({ state: 'detached' })
    expect(await devices.count()).toBe(1)
    await choosesHours(place)
    await allowsGuest(place)

    const before = home().station.observe()
    await lost.goto(live.consoleUrl)
    await lostPages.ask('Charge now', place)
    await lostPages.armSentence()
    await lost.getByRole('button', { name: 'Sign and send' }).click()
    const told = lost.getByText(/^The smart-meter network refused it/)
    await told.waitFor()
    expect(await told.textContent()).toContain('the device discarded the command')
    const { why, setPointWatts } = home().station.observe()
    expect({ why, setPointWatts }).toEqual({ why: before.why, setPointWatts: before.setPointWatts })
    await lost.context().close()
    await page.goto(live.consoleUrl)
  })

  test('the attack is refused by name while a car charges, and the load does not step', async () => {
    const { address: place, stationId } = home().home
    await pages.ask('Charge now', place)
    await pages.armSentence()
    await pages.sign()
    const before = home().station.observe()
    expect(before.powerWatts).toBeGreaterThan(0)
    expect(await pages.attack()).toMatch(
      /^\d+ commands were sent\. None was obeyed without a second party\. Until \d\d:\d\d every answer to a charger is changed or held back\.$/,
    )
    const { powerWatts, why } = home().station.observe()
    expect({ powerWatts, why }).toEqual({ powerWatts: before.powerWatts, why: 'OverrideCharge' })
    const step = page.getByTestId('attack-result').getByRole('row', { name: /^Largest step/ })
    expect(await step.textContent()).toBe('Largest step0 kW')
    const refusals = page.getByTestId('refusals')
    await refusals.getByText(/no second party agreed\./).waitFor()
    await refusals.getByText(/a critical command came without a signature\./).waitFor()
    const refused = home()
      .station.decisions()
      .filter((each) => each.decision === 'refused')
    expect(refused.map(({ station }) => station)).toContain(stationId)
    await isAccessible('the street after an attack')
  })

  test('a regulator sees everything and has nothing to press', async () => {
    const regulator = await newPage()
    const regulatorPages = streetPages(regulator, live.consoleUrl)
    await regulatorPages.signIn('regulator', live.passwords.regulator)
    await regulator.getByText('because the owner said Charge now.').waitFor()
    const buttons = regulator.getByRole('button', { name: /Charge now|Stop|Attack|Press/ })
    expect(await buttons.count()).toBe(0)
    const status = await regulator.evaluate(async (station) => {
      const session = (await (await fetch('/api/session')).json()) as { csrf: string }
      const answer = await fetch('/api/hand-overs', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf },
        body: JSON.stringify({ station, action: 'charge' }),
      })
      return answer.status
    }, home().home.stationId)
    expect(status).toBe(403)
    expect(complaints.filter((each) => !each.includes('403'))).toEqual([])

    await regulatorPages.feeders()
    await regulator.getByText(/^One feeder; /).waitFor()
    const feeder = regulator.getByTestId(`feeder-${feederName}`)
    const spare = new RegExp(`^${feederName} has [\\d.]+ kW to spare for cars now, of the 36 kW`)
    await feeder.getByText(spare).waitFor()
    await feeder.getByText(/^acacia may draw [\d.]+ kW (until|for)/).waitFor()
    await regulator
      .getByTestId('provider-acacia')
      .getByText(/^acacia is (online|offline)/)
      .waitFor()
    // Of three homes there is never a sum.
    expect(await feeder.getByText(/^The cars at/).count()).toBe(0)
    await regulator.context().close()
  })
})
