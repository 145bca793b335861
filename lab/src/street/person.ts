import {
  checkPreCommand,
  createArmKey,
  fromBase64,
  normaliseCode,
  ownerKeyMac,
  signArm,
  toBase64,
  type ArmKey,
} from '@interlock/arm'
import { limits } from '@interlock/contract'
import { Fault, inHours, type Clock, type Millis } from '@interlock/kernel'
import type { Home } from './address-book.ts'
import { openBrowserSession } from './browser-session.ts'

/**
 * A scripted person, simulated: does what someone with a phone does, through the same two origins and
 * with the same arm module. Their gesture is this program's.
 */
export type Person = {
  /** A key of this device enters the home's cells by the code that the charger shows. */
  enrol(code: string): Promise<Device>
}

export type Device = {
  readonly spki: string
  readonly key: ArmKey
  /** Signs an arm for the home and has it delivered; the errand is what a trigger refers to. */
  arm(action: 'charge' | 'stop'): Promise<{ readonly errand: string }>
  /** The same up to the signature, for a window of four hours or `lasting`; `submit` delivers it. */
  sign(action: 'charge' | 'stop', lasting?: Millis): Promise<SignedErrand>
  /** Asks the CSMS for the change that the arm permits. */
  trigger(errand: string): Promise<void>
}

export type SignedErrand = { readonly errand: string; submit(): Promise<void> }

const windowMillis = inHours(4)

export async function scriptedPerson(
  home: Home,
  login: { readonly name: string; readonly password: string },
  urls: { readonly console: string; readonly arm: string },
  clock: Clock,
): Promise<Person> {
  const consolePage = openBrowserSession(urls.console)
  const armPage = openBrowserSession(urls.arm)
  await consolePage.signIn(login.name, login.password)
  await armPage.signIn(login.name, login.password)
  return {
    enrol: async (code) => {
      const key = await createArmKey()
      const mac = await ownerKeyMac(normaliseCode(code), home.station, key.spki)
      const spki = toBase64(key.spki)
      await armPage.post('/api/owner-keys', {
        station: home.stationId,
        spki,
        mac: toBase64(mac),
      })
      const hands = { home, key, consolePage, armPage, clock }
      return {
        spki,
        key,
        arm: async (action) => {
          const signed = await sign(hands, action)
          await signed.submit()
          return { errand: signed.errand }
        },
        sign: (action, lasting) => sign(hands, action, lasting),
        trigger: async (errand) => {
          await consolePage.post(`/api/hand-overs/${errand}/trigger`, {})
        },
      }
    },
  }
}

type Hands = {
  readonly home: Home
  readonly key: ArmKey
  readonly consolePage: ReturnType<typeof openBrowserSession>
  readonly armPage: ReturnType<typeof openBrowserSession>
  readonly clock: Clock
}

async function sign(
  { home, key, consolePage, armPage, clock }: Hands,
  action: 'charge' | 'stop',
  lasting = windowMillis,
): Promise<SignedErrand> {
  const opened = (await consolePage.post('/api/hand-overs', {
    station: home.stationId,
    action,
  })) as { id: string }
  const from = Math.floor(clock.now() / 1000) * 1000
  const until = from + Math.min(lasting, limits.overrideMillisMax)
  const shown = (await armPage.post('/api/pre-commands', {
    errand: opened.id,
    spki: toBase64(key.spki),
    from,
    until,
  })) as { id: string; bytes: string }
  const bytes = fromBase64(shown.bytes)
  const levelPercent = action === 'charge' ? 100 : 0
  const checked = checkPreCommand(bytes, {
    originator: key.eui,
    target: home.llcs,
    controller: 1,
    levelPercent,
    from,
    until,
  })
  if (!checked.ok) throw new Fault('ArmMismatch', checked.problems.join(' '))
  const signed = await signArm(checked.value, key)
  return {
    errand: opened.id,
    submit: async () => {
      await armPage.post('/api/arms', { id: shown.id, bytes: toBase64(signed.bytes) })
    },
  }
}
