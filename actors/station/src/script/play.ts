import { nodeCrypto, ownKey, type Running } from '@interlock/host'
import { between, Fault, inSeconds, millis, plus, type Clock, type Timer } from '@interlock/kernel'
import type { StationDeps } from '../assemble.ts'
import type { StationConfig } from '../config.ts'
import type { Hardware } from '../hardware.ts'
import { contractVehicle } from '../hardware/contract-vehicle.ts'
import { startStation, type StationRunning } from '../start.ts'
import { openCardFolder } from './card-folder.ts'
import type { Step } from './steps.ts'

/** @returns what the display shows then, where it is something to be read off */
type Row<Name> = (
  hardware: Hardware,
  step: Extract<Step, { readonly do: Name }>,
) => string | undefined | void
/** A tap needs its card, and power is not the hardware's. */
type Gesture = Exclude<Step['do'], 'power' | 'tap'>

type Tap = Extract<Step, { readonly do: 'tap' }>

/** What each step does to the hardware. */
const rows: { readonly [Name in Gesture]: Row<Name> } = {
  plugIn: (hardware, { contract: folder, ...plug }) => {
    const contract = folder && contractVehicle(ownKey(`${folder}/key.pem`), nodeCrypto)
    return hardware.plugIn({ ...plug, ...(contract && { contract }) })
  },
  unplug: (hardware, { side }) => hardware.unplug(side),
  swipe: (hardware, { idToken, type }) => hardware.present({ idToken, type }),
  press: (hardware, { button }) => hardware.press(button),
  chooseHours: (hardware, { choice }) => void hardware.chooseHours(choice),
  pauseVehicle: (hardware, { paused }) => hardware.pauseVehicle(paused),
  fault: (hardware, { kind }) => hardware.fault(kind),
  enterBay: (hardware) => hardware.enterBay(),
  leaveBay: (hardware) => hardware.leaveBay(),
  outsideLimit: (hardware, { watts, source }) =>
    hardware.outsideLimit(watts === undefined ? undefined : { watts, source }),
  network: (hardware, { connected }) => hardware.network(connected),
}

/**
 * A simulated station whose hardware does what a script says, at its times after the start. While its
 * power is off only `power` has an effect.
 * @throws Fault as {@link startStation}, and `LabOnly` where the config says `production`.
 */
export async function startScripted(
  config: StationConfig,
  deps: StationDeps,
  script: readonly Step[],
): Promise<Running> {
  if (config.production)
    throw new Fault('LabOnly', `${config.actor}: a script moves a simulated charger only`, {
      remedy: 'set production to false in the config of a lab',
    })
  let running: StationRunning | undefined = await startStation(config, deps)

  const tap = async (hardware: Hardware, { card: folder, agree }: Tap): Promise<void> => {
    const card = openCardFolder(folder, deps.crypto)
    try {
      if (agree === undefined) return await hardware.tap(card)
      const refusal = await hardware.agree(card, agree)
      if (refusal !== undefined) deps.log.warn({ refusal }, 'the driver is bound to nothing')
    } finally {
      card.close()
    }
  }

  const perform = async (step: Step): Promise<void> => {
    if (step.do === 'tap') return running && tap(running.hardware, step)
    if (step.do !== 'power') {
      if (running === undefined) return
      const row = rows[step.do] as Row<Gesture>
      const shown = row(running.hardware, step)
      if (typeof shown === 'string') deps.log.info({ shown }, 'on the display')
      return
    }
    if (step.on) running ??= await startStation(config, deps)
    else {
      const before = running
      running = undefined
      await before?.close()
    }
  }
  const playing = play(script, deps.clock, `${config.actor}/script`, perform, (error) =>
    deps.log.error({ error }, 'the script broke'),
  )
  return {
    async close() {
      await playing.close()
      await running?.close()
    },
  }
}

/** One timer at a time; a step begins when the one before it has been carried out. */
function play(
  script: readonly Step[],
  clock: Clock,
  label: string,
  perform: (step: Step) => Promise<void>,
  onError: (error: unknown) => void,
): Running {
  const start = clock.now()
  let next = 0
  let timer: Timer | undefined
  let closed = false
  let busy: Promise<void> = Promise.resolve()

  const wait = (): void => {
    const step = script[next]
    if (step === undefined || closed) return
    const due = plus(start, inSeconds(step.at))
    timer = clock.after(millis(Math.max(0, between(clock.now(), due))), label, () => {
      next += 1
      busy = perform(step).catch(onError).finally(wait)
      return busy
    })
  }
  wait()
  return {
    close() {
      closed = true
      timer?.cancel()
      return busy
    },
  }
}
