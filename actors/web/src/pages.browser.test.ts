import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildWeb } from '../../../tools/build-web.mjs'
import { accessibilityProblems, sidewaysPixels } from '../../../tools/browser/accessibility.ts'
import { launchChromium, noChromium } from '../../../tools/browser/chromium.ts'
import { streetPages, type StreetPages } from '../../../tools/browser/street-pages.ts'
import { ownerEui, ownerKeyMac, revocationStatement } from '@interlock/seal'
import { decodeSigned } from '@interlock/gbcs'
import { nodeCrypto } from '@interlock/host'
import { eui64, fromBase64, toBase64 } from '@interlock/kernel'
import { Declined } from './server/access.ts'
import { fakeKnock, homes, password, startTestWeb, type TestWeb } from './server/web.fixture.ts'

const skipped = noChromium()
const title = skipped === undefined ? 'the pages' : `the pages (skipped: ${skipped})`

describe.skipIf(skipped !== undefined)(title, { timeout: 180_000 }, () => {
  let browser: Browser
  let web: TestWeb
  let context: BrowserContext
  let page: Page
  let pages: StreetPages
  let complaints: string[]

  beforeAll(async () => {
    await buildWeb()
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    const result = {
      controls: 'on' as const,
      commandsSent: 312,
      commandsApplied: 0,
      countersignedStepWatts: 14_800,
      budgetWatts: 300_000_000,
      loadStepWatts: 0,
      loadBeforeWatts: 7_400,
      loadAfterWatts: 7_400,
      refusals: { Unsigned: 100, NotSeconded: 212 },
    }
    const attack = { controls: 'on' as const, run: async () => result }
    const hardware = { press: () => 'ABCD2345EFGH6723' }
    web = await startTestWeb({ deps: { attack, hardware } })
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    page = await context.newPage()
    complaints = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    pages = streetPages(page, web.consoleUrl)
  })
  afterEach(async () => {
    await context.close()
    await web.close()
  })

  test('Charge now by keyboard: ask, enrol, read, sign; arm and trigger meet', async () => {
    const [home] = homes
    if (home === undefined) throw new Error('no home')
    await pages.signIn('driver', password)
    expect(await pages.sentence(home.station)).toBe('Waiting for the cheapest hours.')

    await pages.ask('Charge now', home.place)
    expect(page.url().startsWith(web.armUrl)).toBe(true)
    await pages.enrol('abcd-2345')
    expect(page.url()).toBe(`${web.armUrl}/`)
    expect(await pages.armSentence()).toMatch(
      /^Charge now at up to 7\.4 kW at 12 Acacia Avenue until \d\d:\d\d( on .+)?$/,
    )
    expect(await pages.sign()).toBe('Arm and trigger met: Charge now at 12 Acacia Avenue.')

    const { asked, state } = web.neighbours
    const owner = asked.find((each) => each.name === 'ownerKey')?.body as Record<string, string>
    const spki = fromBase64(owner['spki'] ?? '') ?? new Uint8Array()
    const mac = ownerKeyMac('ABCD2345', eui64(home.stationEui), spki, nodeCrypto)
    expect(fromBase64(owner['mac'] ?? '')).toEqual(mac)
    const signed = decodeSigned(state.delivered[0] ?? new Uint8Array())
    if (!signed.ok) throw new Error(signed.reason)
    expect(signed.value.command).toMatchObject({ target: home.target, levelPercent: 100 })
    const key = nodeCrypto.publicKey(spki)
    if (key === undefined) throw new Error('no key')
    expect(nodeCrypto.verify(key, signed.value.covered, signed.value.signature)).toBe(true)
    expect(asked.at(-1)).toMatchObject({ name: 'trigger', body: { action: 'start' } })

    await page.getByText('Charging at 7.4 kW because the owner said Charge now.').waitFor()
    await page.getByTestId('meetings').getByText('Arm and trigger met at 12').waitFor()
    expect(complaints).toEqual([])
  })

  test('a second time the device is known: two presses from one page to the other', async () => {
    await pages.signIn('driver', password)
    await pages.ask('Charge now', '12 Acacia Avenue')
    await pages.enrol('abcd2345')
    await pages.sign()
    await pages.ask('Stop', '12 Acacia Avenue')
    expect(await pages.armSentence()).toMatch(/^Stop charging now at 12 Acacia Avenue and stay/)
    expect(await pages.sign()).toBe('Arm and trigger met: Stop at 12 Acacia Avenue.')
    await page.getByText('Stopped because the owner said so.').waitFor()
  })

  test('bytes that say something else are shown as such and cannot be signed', async () => {
    web.neighbours.state.alter = (order) => ({ ...order, target: eui64('00-DB-12-34-56-78-90-FF') })
    await pages.signIn('driver', password)
    await pages.ask('Charge now', '12 Acacia Avenue')
    await pages.enrol('abcd2345')
    await page.getByTestId('arm-mismatch').getByText('It is for another home.').waitFor()
    expect(await page.getByRole('button', { name: 'Sign and send' }).count()).toBe(0)
    expect(web.neighbours.state.delivered).toEqual([])
  })

  test('a refused trigger is told in words', async () => {
    web.neighbours.state.triggerAnswer = { status: 'Rejected', reasonCode: 'NotArmed' }
    await pages.signIn('driver', password)
    await pages.ask('Charge now', '12 Acacia Avenue')
    await pages.enrol('abcd2345')
    expect(await pages.sign()).toContain('no arm for it arrived in time')
  })

  test('by keyboard: a lost device is told from this one by name, and revoked after a sentence', async () => {
    const [home] = homes
    if (home === undefined) throw new Error('no home')
    const lost = nodeCrypto.generateKey().key.publicKey.spki
    await pages.signIn('driver', password)
    await pages.ask('Charge now', home.place)
    await pages.enrol('abcd2345')
    await pages.armSentence()
    web.neighbours.state.ownerKeys.get(home.station)?.push(toBase64(lost))
    await pages.devices(home.place)
    const list = page.getByTestId('devices').getByRole('listitem')
    await list.nth(1).waitFor()
    const name = ownerEui(lost, nodeCrypto)
    expect(await list.allTextContents()).toEqual([
      expect.stringMatching(/^([0-9A-F]{2}-){7}[0-9A-F]{2} this device$/),
      `${name}Revoke`,
    ])
    expect(await pages.revoke(name)).toBe(
      `Device ${name} is lost: nothing that it signs moves anything at ${home.place} any more.`,
    )
    await page.getByText(`${home.place} does not know device ${name} any more.`).waitFor()
    await list.nth(1).waitFor({ state: 'detached' })
    expect(await list.count()).toBe(1)
    const { body } = web.neighbours.asked.at(-1) ?? {}
    const sent = body as { spki: string; by: string; signature: string; at: number }
    expect(sent.spki).toBe(toBase64(lost))
    const statement = revocationStatement(eui64(home.stationEui), lost, sent.at)
    const key = nodeCrypto.publicKey(fromBase64(sent.by) ?? new Uint8Array())
    const signature = fromBase64(sent.signature) ?? new Uint8Array()
    expect(key !== undefined && nodeCrypto.verify(key, statement, signature)).toBe(true)

    await page.getByRole('button', { name: 'All homes' }).click()
    expect(await pages.hours(home.place)).toBe('These hours are in force.')
    const state = page.getByTestId('hours-state')
    expect(await pages.chooseHours(/^No such hours/)).toBe(
      `${home.place} may charge by itself at any time.`,
    )
    await state.getByText('Waiting for confirmation: no such hours.').waitFor()
    expect(web.neighbours.asked.at(-1)).toMatchObject({
      name: 'chooseHours',
      body: { choice: { kind: 'removed' } },
    })
    // Into the next day.
    await page.getByLabel('Hours of my own').focus()
    await page.keyboard.press('Space')
    await page.getByLabel('From').selectOption('22:00')
    await page.getByLabel('Until').selectOption('06:00')
    expect(await pages.chooseHours('Hours of my own')).toBe(
      `${home.place} does not charge by itself every day 22:00–24:00 and 00:00–06:00.`,
    )
    const { wants = [] } = web.neighbours.state.hours
    const day = [0, 1, 2, 3, 4, 5, 6]
    expect(wants.map(({ weekdays }) => weekdays.toSorted((a, b) => a - b))).toEqual([day, day])
    const reason = 'BudgetExceeded'
    web.neighbours.state.hours = { state: 'refused', quiet: [], wants, reason }
    await page.getByRole('button', { name: 'Ask the charger again' }).click()
    await state.getByText('because too many homes would start or stop together').waitFor()
    expect(complaints).toEqual([])
  })

  test('what the charger says to a revocation is told in words, and the device stays listed', async () => {
    const station = 'acacia-12'
    const lost = nodeCrypto.generateKey().key.publicKey.spki
    web.neighbours.state.revocationRefusal = 'OwnerUnknown'
    await pages.signIn('driver', password)
    await pages.ask('Charge now', '12 Acacia Avenue')
    await pages.enrol('abcd2345')
    await pages.armSentence()
    web.neighbours.state.ownerKeys.get(station)?.push(toBase64(lost))
    await pages.devices('12 Acacia Avenue')
    await pages.revoke(ownerEui(lost, nodeCrypto))
    await page
      .getByText('The charger refused it (it does not know this device; enrol it first).')
      .waitFor()
    expect(web.neighbours.state.ownerKeys.get(station)).toContain(toBase64(lost))
    await page.getByRole('button', { name: 'Keep it' }).click()
    expect(await page.getByTestId('revocation-sentence').count()).toBe(0)
  })

  test('neither page can be framed, and the key cannot be taken out', async () => {
    await pages.signIn('driver', password)
    await pages.ask('Charge now', '12 Acacia Avenue')
    await pages.enrol('abcd2345')
    await pages.armSentence()
    const taken = await page.evaluate(async () => {
      const open = indexedDB.open('interlock-arm')
      await new Promise((resolve) => open.addEventListener('success', resolve))
      const get = open.result.transaction('keys').objectStore('keys').get('owner')
      await new Promise((resolve) => get.addEventListener('success', resolve))
      const key = (get.result as { privateKey: CryptoKey }).privateKey
      return crypto.subtle.exportKey('pkcs8', key).then(
        () => 'taken',
        () => 'refused',
      )
    })
    expect(taken).toBe('refused')
    const framed = await context.newPage()
    await framed.goto(web.consoleUrl)
    const blocked = framed.waitForEvent('console', (message) =>
      /frame-ancestors|frame/i.test(message.text()),
    )
    await framed.evaluate((url) => {
      const frame = document.createElement('iframe')
      frame.src = url
      document.body.append(frame)
    }, web.armUrl)
    expect((await blocked).text()).toMatch(/frame/i)
  })

  test('the attack is there for the lab only, with what came of it, and feeders not for drivers', async () => {
    await pages.signIn('lab', password)
    await page.getByRole('button', { name: 'Attack', exact: true }).click()
    await page.getByText('None was obeyed without a second party.').waitFor()
    await page.getByTestId('attack-result').getByText('Load before').waitFor()
    const other = await browser.newContext()
    const driver = await other.newPage()
    await streetPages(driver, web.consoleUrl).signIn('driver', password)
    expect(await driver.getByRole('button', { name: 'Attack', exact: true }).count()).toBe(0)
    expect(await driver.getByRole('link', { name: 'Feeders' }).count()).toBe(0)
    await other.close()
  })

  test('the code of a simulated charger is shown to the lab and to who lives there', async () => {
    await pages.signIn('driver', password)
    await page.getByLabel('More about 12 Acacia Avenue').click()
    await page.getByRole('button', { name: 'Press Pair at the charger of 12 Acacia' }).click()
    await page.getByText('Its display shows ABCD2345EFGH6723').waitFor()
    const other = await browser.newContext()
    const operator = await other.newPage()
    await streetPages(operator, web.consoleUrl).signIn('operator', password)
    await operator.getByLabel('More about 12 Acacia Avenue').click()
    expect(await operator.getByRole('button', { name: /^Press/ }).count()).toBe(0)
    await other.close()
  })

  test('an operator sees who knocks and why it is kept out, and adopts it with one button', async () => {
    const register = { trustMode: 'standard', eui: '00-DB-12-34-56-78-91-0E', ratingWatts: 11_000 }
    const barred = { reason: 'DeviceUnknown', detail: "the supervisor's register has no stranger" }
    web.neighbours.state.knocks = [
      fakeKnock('acacia-18'),
      fakeKnock('plain-1', { register }),
      fakeKnock('stranger', { register: null, barred }),
    ]
    await pages.signIn('operator', password)
    const quarantine = page.getByTestId('knocks')
    await quarantine.getByText('Kept out: the station is not in the database.').first().waitFor()
    const stranger = page.getByTestId('knock-stranger')
    await stranger.getByText('It cannot be adopted: the device is not in the register').waitFor()
    expect(await stranger.getByRole('button').count()).toBe(0)
    expect(await accessibilityProblems(page)).toEqual([])
    await page.getByRole('button', { name: 'Adopt as supervised: acacia-18' }).click()
    await page.getByText('acacia-18 is adopted: it is let in when it comes again.').waitFor()
    await page.getByLabel('Its password').fill('a-password-of-a-station')
    await page.getByRole('button', { name: 'Adopt as standard: plain-1' }).click()
    await page.getByText('plain-1 is adopted: it is let in when it comes again.').waitFor()
    expect(web.neighbours.asked.map(({ station, body }) => [station, body])).toEqual([
      ['acacia-18', { trustMode: 'supervised' }],
      [
        'plain-1',
        { trustMode: 'standard', securityProfile: 2, password: 'a-password-of-a-station' },
      ],
    ])
    expect(complaints).toEqual([])
  })

  test('by keyboard: a feeder in sentences and curves, its cars as sums of many homes, and what fails is said', async () => {
    await pages.signIn('regulator', password)
    expect(await pages.feeders()).toBe('One feeder; birch not online.')
    const feeder = page.getByTestId('feeder-ACACIA-1')
    await feeder.getByText(/^The cars at 17 homes draw 25\.9 kW together, at /).waitFor()
    await feeder.getByText(/6 others are left out with it, so that no difference/).waitFor()
    await feeder.getByText('Refused: too few chargers sent a reading').waitFor()
    await feeder.getByText(/^acacia may draw \d/).waitFor()
    expect(await feeder.getByRole('img').count()).toBe(4)
    await feeder.getByLabel('Table of: The day ahead').focus()
    await page.keyboard.press('Enter')
    // An hour of the day in each row.
    const table = feeder.getByRole('region', { name: 'The day ahead, table' })
    expect(await table.getByRole('row').count()).toBe(25)
    await page
      .getByTestId('provider-birch')
      .getByText(/^birch is offline since /)
      .waitFor()
    await page
      .getByTestId('provider-birch')
      .getByText(/by 2\.4 kW\. acacia, birch may be/)
      .waitFor()
    await page.getByText('Rows of fewer homes, which are not shown: 1.').waitFor()
    expect(complaints).toEqual([])

    const problem = { reason: 'HistoryStale', words: 'its history is old' }
    web.operator.day = { ...web.operator.day, day: null, passed: [], problem }
    web.operator.sums = undefined
    web.operator.openData = undefined
    await page.reload()
    await feeder.getByText('Operators are told nothing of ACACIA-1: its history is old.').waitFor()
    await feeder.getByText('the operator does not sum the chargers').waitFor()
    await page.getByText('Nobody publishes open data of this region.').waitFor()
    web.operator.failure = new Declined('Unavailable')
    await page.reload()
    await page
      .getByRole('heading', { name: 'The distribution operator cannot be asked.' })
      .waitFor()
  })

  test('a departure can be set, and the plan is asked for', async () => {
    await pages.signIn('driver', password)
    await page.getByLabel('More about 12 Acacia Avenue').click()
    await page.getByLabel('Ready by').fill('07:30')
    await page.getByLabel('Energy, kWh').fill('18')
    await page.getByRole('button', { name: 'Set departure' }).click()
    await page.getByText('12 Acacia Avenue will be ready by 07:30.').waitFor()
    expect(web.neighbours.asked.at(-1)).toMatchObject({
      name: 'goal',
      station: 'acacia-12',
      body: { energyWattHours: 18_000 },
    })
  })

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test('no page has a violation of WCAG 2.2 AA that axe-core can find, at any width', async () => {
      await page.emulateMedia({ colorScheme })
      const check = async (what: string): Promise<void> => {
        for (const width of [1280, 640, 320]) {
          await page.setViewportSize({ width, height: 800 })
          expect(await sidewaysPixels(page), `${what} at ${width} px`).toBe(0)
        }
        if (colorScheme === 'light') await page.setViewportSize({ width: 1280, height: 800 })
        expect(await accessibilityProblems(page), what).toEqual([])
      }
      await page.goto(web.consoleUrl)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await check('sign in')
      await pages.signIn('demo', password)
      const at = Date.now()
      const refused = { at, actor: 'csms', kind: 'refusal', station: 'acacia-12' } as const
      web.neighbours.happen({ ...refused, reason: 'NotSeconded', data: { action: 'Reset' } })
      const frequency = { at, actor: 'llcs', kind: 'frequency', data: { hertz: 49.4 } } as const
      web.neighbours.happen(frequency)
      await page.getByText('far too low').waitFor()
      await page.getByText('Reset at 12 Acacia Avenue: no second party agreed.').waitFor()
      await page.getByLabel('More about 12 Acacia Avenue').click()
      await page.getByRole('button', { name: 'Attack', exact: true }).click()
      await page.getByTestId('attack-result').waitFor()
      await check('the street')
      await pages.feeders()
      await page.getByTestId('sum-sentence').waitFor()
      for (const summary of await page.getByLabel(/^Table of/).all()) await summary.click()
      await check('the feeders')
      await page.getByRole('link', { name: 'Street' }).click()
      await pages.ask('Charge now', '12 Acacia Avenue')
      await page.getByLabel('Code at the charger').waitFor()
      await check('enrol')
      await pages.enrol('abcd2345')
      await pages.armSentence()
      await page.getByText('Show the bytes').click()
      await check('sign')
      await page.getByRole('button', { name: 'Other homes' }).click()
      await page.getByRole('heading', { name: 'What this device may sign for' }).waitFor()
      await page.getByText('Forget this device').waitFor()
      await check('homes')
      const lost = nodeCrypto.generateKey().key.publicKey.spki
      web.neighbours.state.ownerKeys.get('acacia-12')?.push(toBase64(lost))
      await page.getByRole('button', { name: 'Devices that may sign for 12' }).click()
      await page.getByRole('button', { name: /^Revoke device/ }).click()
      await page.getByTestId('revocation-sentence').waitFor()
      await check('devices')
      await page.getByRole('button', { name: 'All homes' }).click()
      await pages.hours('12 Acacia Avenue')
      await page.getByLabel('Hours of my own').check()
      await page.getByRole('button', { name: 'Choose' }).click()
      await page.getByTestId('hours-sentence').waitFor()
      await check('hours')
      expect(complaints).toEqual([])
    })
  })
})
