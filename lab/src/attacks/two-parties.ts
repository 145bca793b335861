import { vendorId } from '@interlock/contract'
import { assert, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { fromPem } from '@interlock/pki'
import { signProvider } from '@interlock/seal'
import { charger, csms, dsrspMeter, nextDsrsp, supervisor } from '../home/parties.ts'
import { crypto, owner } from '../model/devices.ts'
import type { Flaw } from '../model/home.ts'
import { signAll } from '../model/scenario.ts'
import { providersOf } from '../model/words.ts'
import { believing, encoded, framed, signedBy, type Besieged } from './supplier-words.ts'
import { withoutControls } from './without-controls.ts'

/** What one party alone tries at the charger where it takes two. */
export type LoneAttempt = {
  readonly name: string
  /** Left out, it succeeds. */
  readonly control: string
  readonly without: Flaw
  /** Whether the charger did it. */
  readonly run: (on: Besieged, at: Instant) => Promise<boolean>
}

/** The supplier's word that a load is on, and the CSMS's trigger that relies on it. */
function switching(at: Instant) {
  const { arms, triggers } = signAll(
    {
      startAt: at,
      arms: { on: { use: 'supplied', levelPercent: 100, minutes: 8 } },
      triggers: { on: { action: 'start', arm: 'on' } },
    },
    { owner, transactionId: '' },
    crypto,
  )
  const [arm, trigger] = [arms.get('on'), triggers.get('on')]
  assert(arm !== undefined && trigger !== undefined, 'both are signed')
  return { arm, trigger }
}

async function triggered({ home }: Besieged, at: Instant): Promise<boolean> {
  const { clock, csms: line, station } = home
  const { action, jws } = switching(at).trigger
  const before = station.running?.observe().setPointWatts
  line.send(action, jws, () => {})
  // Past the longest wait for an arm, and the random delay.
  for (const step of [0, 6_000, 30_000]) await clock.advance(step)
  return station.running?.observe().setPointWatts !== before
}

async function changed({ home }: Besieged, request: Request<'DataTransfer'>): Promise<boolean> {
  home.csms.bring(request, () => {})
  await home.clock.settle()
  const next = nextDsrsp.peer.organisation
  return providersOf(home.station.memory().cells).every((each) => each === next)
}

/** The statement that another provider is bound, in the supervisor's name. */
function statement(at: Instant, key = supervisor.key): Request<'DataTransfer'> {
  const chain = fromPem(nextDsrsp.chainPem, 'CERTIFICATE')
  const said = { station: charger.peer.eui, counter: at, chain, floor: 0n, at }
  const { thumbprint } = supervisor.peer
  const data = { ...signProvider(said, { key, thumbprint }, crypto) }
  return { vendorId, messageId: 'Provider', data }
}
const controllerBy = (at: Instant, key?: typeof csms.key): Uint8Array =>
  framed(signedBy(encoded('controller', at), key))

/** Both parties to each, which is how it is meant. */
export const bothParties: readonly Pick<LoneAttempt, 'name' | 'run'>[] = [
  {
    name: 'the supplier arms and the CSMS triggers',
    async run(on, at) {
      await on.deliver(framed(switching(at).arm.bytes))
      return triggered(on, at)
    },
  },
  {
    name: 'supplier and supervisor name the next provider',
    async run(on, at) {
      await on.deliver(controllerBy(at))
      return changed(on, statement(at))
    },
  },
]

export const loneAttempts: readonly LoneAttempt[] = [
  {
    name: 'ATK-14: the CSMS triggers by an arm of the supplier that never came',
    control: 'the gate',
    without: withoutControls,
    run: triggered,
  },
  {
    name: 'ATK-22: the CSMS names another provider in the supervisor’s name, after the supplier’s word',
    control: 'the supervisor’s signature',
    without: { stationCrypto: believing },
    async run(on, at) {
      await on.deliver(controllerBy(at))
      return changed(on, statement(at, csms.key))
    },
  },
  {
    name: 'ATK-22: the supervisor names another provider, and a DSR provider forges the supplier’s word',
    control: 'the supplier’s signature, at LLCS and charger',
    without: { llcsCrypto: believing, stationCrypto: believing },
    async run(on, at) {
      await on.deliver(controllerBy(at, dsrspMeter.key))
      return changed(on, statement(at))
    },
  },
]

/** The same forgery by an LLCS that verifies nothing: the charger does so itself. */
export const faithlessLlcs: Flaw = { llcsCrypto: believing }
