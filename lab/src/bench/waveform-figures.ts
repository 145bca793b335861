import { mkdirSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { systemPorts, type Ports } from '@interlock/host'
import { assert, inSeconds, instant, seeded, type Instant } from '@interlock/kernel'
import { createEstimator, type Estimate } from '@interlock/llcs'
import { dsrspMeter } from '../home/parties.ts'
import { crypto, owner } from '../model/devices.ts'
import { beginJournal, createFileDisk } from '../model/file-disk.ts'
import { openHome, prelude, type Home, type Kept } from '../model/home.ts'
import { deadbandHertz, signAll, type Scenario, type Signed } from '../model/scenario.ts'
import { streetHarmonics, waveform } from '../worlds/waveform.ts'
import { line, type Line } from './report.ts'
import { compareAt, type Round } from './rounds.ts'

export type WaveformPlan = {
  readonly dir: string
  /** Times that the frequency falls. */
  readonly falls: number
  readonly say: (words: string) => void
  readonly stop: AbortSignal
}

/** Of one fall, in milliseconds from when the true frequency left the band. */
export type Crossing = {
  /** Until the LLCS's estimator had an estimate outside of it: time of the waveform. */
  readonly estimatedMillis: number
  /** Until the charger had another set-point: the same, and the wall time from that estimate on. */
  readonly appliedMillis: number
}

const sampleRateHertz = 1_000
const cycleMillis = 20
const volts = 230
const noiseDecibels = 50
/** As the grid fell on 9 August 2019. */
const fallHertzPerSecond = 0.14
/** Sunday, eleven in the evening: off-peak until the morning. */
const night = instant(Date.UTC(2026, 0, 4, 23))
const response: Pick<Scenario, 'arms' | 'triggers'> = {
  arms: { relief: { use: 'response', levelPercent: 70, minutes: 8 } },
  triggers: { curve: { action: 'curve' } },
}

/**
 * From the mains waveform (simulated, with harmonics and noise) to the charger: an estimator each for
 * LLCS and charger, the LLCS, the local link over TCP, the charger, and both journals on the disk.
 */
export async function waveformFigures(plan: WaveformPlan): Promise<readonly Line[]> {
  plan.say('Measuring response from the waveform.')
  const crossings = await measureCrossings(plan)
  const rounds = crossings.map(({ appliedMillis, estimatedMillis }): Round => ({
    ours: appliedMillis,
    bare: estimatedMillis,
  }))
  return [0.5, 0.99].map((share) =>
    line(
      `response from the waveform, p${share * 100}`,
      'ms',
      'the estimate alone',
      'lower',
      compareAt(share, rounds),
    ),
  )
}

export async function measureCrossings({
  dir,
  falls,
  stop,
}: Pick<WaveformPlan, 'dir' | 'falls' | 'stop'>): Promise<readonly Crossing[]> {
  const kept = await prelude(night)
  const { transactionId } = kept
  const signed = signAll({ startAt: night, ...response }, { owner, transactionId }, crypto)
  const crossings: Crossing[] = []
  for (let fall = 0; fall < falls; fall += 1) {
    stop.throwIfAborted()
    crossings.push(await crossOnce(`${dir}/${fall}`, kept, signed, `fall ${fall}`))
  }
  return crossings
}

/** A home of its own for each fall: its one arm is used by it. */
async function crossOnce(dir: string, kept: Kept, signed: Signed, seed: string): Promise<Crossing> {
  mkdirSync(dir, { recursive: true })
  const disk = (device: 'station' | 'llcs') => {
    beginJournal(`${dir}/${device}.jsonl`, kept[device])
    return createFileDisk(`${dir}/${device}.jsonl`)
  }
  const disks = { station: disk('station'), llcs: disk('llcs') }
  const flaw = { disks, cable: tcpCable() }
  const home = openHome({ startAt: night, held: [] }, kept, () => '', flaw)
  home.llcs.start()
  await until(() => home.llcs.running !== undefined)
  home.station.start()
  await until(() => home.station.running?.connected().llcs === true)
  try {
    await authorise(home, signed)
    return await fallOnce(home, seed)
  } finally {
    await home.station.running?.close()
    await home.llcs.running?.close()
  }
}

/** The link as it is outside of models. */
function tcpCable(): Pick<Ports, 'connectFrames' | 'listenFrames'> {
  let port = 0
  return {
    async listenFrames(options) {
      const listener = await systemPorts.listenFrames(options)
      ;({ port } = listener)
      return listener
    },
    connectFrames: (options) => systemPorts.connectFrames({ ...options, host: '127.0.0.1', port }),
  }
}

/** Wall time passes, and none of the home's; what hangs is ended from outside. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn()
}

/** The DSRSP's arm and its curve are at the charger. */
async function authorise({ company, csms, post, station }: Home, signed: Signed): Promise<void> {
  const arm = signed.arms.get('relief')
  const curve = signed.triggers.get('curve')
  assert(arm !== undefined && curve !== undefined, 'both are signed')
  company.submit(arm.bytes, dsrspMeter.peer, arm.name)
  await until(() => post.waiting().length > 0)
  post.arrive(`wan ${arm.name}`)
  csms.send(curve.action, curve.jws, () => {})
  await until(() => {
    const { arms, curve: stored } = station.memory()
    return arms.length > 0 && stored !== undefined
  })
}

/** The frequency falls until the charger has another set-point. */
async function fallOnce(home: Home, seed: string): Promise<Crossing> {
  const { clock } = home
  const [station, llcs] = [home.station.running, home.llcs.running]
  assert(station !== undefined && llcs !== undefined, 'both have power')
  const begins = clock.now()
  // At any point of a cycle: an estimator speaks once in each.
  const fallsMillis = inSeconds(1) + seeded(seed).below(cycleMillis)
  const rows = fallingRows(begins, fallsMillis)
  const own = estimates(rows, `${seed} at the charger`)
  const theirs = estimates(rows, `${seed} at the LLCS`)
  const crossedMillis = fallsMillis + (deadbandHertz / fallHertzPerSecond) * 1_000
  let estimatedMillis: number | undefined
  for (const [cycle, { estimate, emittedMillis }] of theirs.entries()) {
    await clock.advance(begins + emittedMillis - clock.now())
    const reading = own[cycle]?.estimate
    if (reading !== undefined) await station.hardware.frequency(atWorld(reading, begins))
    if (estimate === undefined) continue
    if (estimate.hertz < 50 - deadbandHertz) estimatedMillis ??= emittedMillis - crossedMillis
    const appliedIn = await setPointAfter(home, () =>
      llcs.hardware.frequency(atWorld(estimate, begins)),
    )
    if (appliedIn === undefined) continue
    assert(estimatedMillis !== undefined, 'nothing is armed inside the band')
    return { estimatedMillis, appliedMillis: emittedMillis - crossedMillis + appliedIn }
  }
  throw new RangeError('the charger did not respond')
}

/** Wall milliseconds from the beginning of `act` until the charger had another set-point, if it got one. */
async function setPointAfter({ station }: Home, act: () => Promise<void>) {
  const { running } = station
  assert(running !== undefined, 'the charger has power')
  const before = running.observe().setPointWatts
  const began = performance.now()
  let applied: number | undefined
  const forget = running.onChange(() => {
    if (running.observe().setPointWatts !== before) applied ??= performance.now() - began
  })
  await act()
  forget()
  return applied
}

/** Fifty hertz at first, then down to 49.6. */
const fallingRows = (begins: Instant, fallsMillis: number) =>
  [
    { after: 0, hertz: 50 },
    { after: fallsMillis, hertz: 50 },
    { after: Math.round(fallsMillis + 400 / fallHertzPerSecond), hertz: 49.6 },
    { after: inSeconds(5), hertz: 49.6 },
  ].map(({ after, hertz }) => ({ at: instant(begins + after), hertz }))

type Measured = Pick<Estimate, 'atSeconds' | 'hertz'>
type Cycle = { readonly emittedMillis: number; readonly estimate: Measured | undefined }

/** What an estimator says at the end of each cycle; nothing where it doubts. */
function estimates(rows: ReturnType<typeof fallingRows>, seed: string): readonly Cycle[] {
  const estimator = createEstimator({ sampleRateHertz, nominalVolts: volts })
  const options = {
    sampleRateHertz,
    volts,
    noiseDecibels,
    harmonics: streetHarmonics,
    entropy: seeded(seed),
  }
  const cycles: Cycle[] = []
  let count = 0
  for (const sample of waveform(rows, options)) {
    const estimate = estimator.push(sample.volts)
    count += 1
    if (count % cycleMillis !== 0) continue
    const good = estimate?.doubt === undefined ? estimate : undefined
    cycles.push({ emittedMillis: count, estimate: good })
  }
  return cycles
}

const atWorld = ({ hertz, atSeconds }: Measured, begins: Instant) => ({
  at: instant(Math.round(begins + atSeconds * 1_000)),
  hertz,
})
