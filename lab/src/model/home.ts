import { systemEntropy, systemPorts, type NodeCrypto, type Ports } from '@interlock/host'
import { simulatedNetwork, type Network } from '@interlock/hub'
import { instant, toIso, type Clock, type Instant } from '@interlock/kernel'
import { recall as recallLlcs, type LlcsRunning, type Memory as LlcsMemory } from '@interlock/llcs'
import {
  recall as recallStation,
  type Gate,
  type Memory as StationMemory,
  type StationRunning,
} from '@interlock/station'
import { createModelClock, type Life, type ModelClock } from './clock.ts'
import { createCompany, type Company } from './company.ts'
import { createCsmsLine, type CsmsLine } from './csms-line.ts'
import { commissioned, crypto, runLlcs, runStation } from './devices.ts'
import { createDisk, mutePorts, type Disk, type Spoil } from './disk.ts'
import { createLinkLine, type LinkLine } from './link-line.ts'
import { createPost, type Post } from './post.ts'
import { ratingWatts, type Scenario } from './scenario.ts'
import { silentLog } from '@interlock/host'

/** A device and its disk; `running` while it has power. */
export type Device<Running, Memory> = {
  readonly disk: Disk
  running: Running | undefined
  life: Life
  /** It has died, and those who were connected do not know yet. */
  justDied(): boolean
  memory(): Memory
  start(): void
  /** The power is gone. */
  stop(): void
}

/** One home with its real devices, and everybody around it. */
export type Home = {
  readonly clock: ModelClock
  readonly post: Post
  readonly link: LinkLine
  readonly company: Company
  readonly csms: CsmsLine
  readonly station: Device<StationRunning, StationMemory>
  readonly llcs: Device<LlcsRunning, LlcsMemory>
}

/** What a test puts in the place of something: broken on purpose, or closer to the real thing. */
export type Flaw = {
  readonly gate?: Gate
  readonly stationDisk?: Spoil
  readonly llcsDisk?: Spoil
  readonly stationCrypto?: NodeCrypto
  readonly llcsCrypto?: NodeCrypto
  /** In place of those in memory. */
  readonly disks?: { readonly station: Disk; readonly llcs: Disk }
  readonly cable?: Pick<Ports, 'connectFrames' | 'listenFrames'>
}
export type Kept = { readonly station: readonly unknown[]; readonly llcs: readonly unknown[] }

/** @param about what a message on the cable is about, in a word */
export function openHome(
  scenario: Pick<Scenario, 'startAt' | 'held' | 'skewMillis' | 'pathOut'>,
  kept: Kept,
  about: (message: unknown) => string,
  flaw: Flaw = {},
): Home {
  const { startAt, held, skewMillis = {} } = scenario
  const clock = createModelClock(startAt)
  const post = createPost()
  const forever: Life = { alive: true }
  const link = createLinkLine(post, held, about)
  const company = createCompany({
    clockFor: (life) => clock.clockFor(life, skewMillis.company ?? 0),
    post,
    path: hubPath(scenario, clock.clockFor(forever, skewMillis.hub ?? 0)),
    ratingWatts,
    crypto,
    log: silentLog,
  })
  const csms = createCsmsLine(clock.clockFor(forever, skewMillis.csms ?? 0))
  const portsFor = (life: Life, disk: Disk, skew: number): Ports => ({
    ...systemPorts,
    ...mutePorts,
    openJournal: () => disk.journalFor(life),
    connectFrames: link.connectFor(life, clock.clockFor(life, skew)),
    listenFrames: link.listenFor(life),
    joinHan: company.joinFor(life),
    connectOcpp: csms.connectFor(life),
    ...flaw.cable,
  })

  const station = createDevice({
    disk: flaw.disks?.station ?? createDisk(kept.station, flaw.stationDisk),
    recall: (entries) => recallStation(entries, clock.now()),
    run: (life, disk) =>
      runStation(clock.clockFor(life, 0), portsFor(life, disk, 0), flaw.gate, flaw.stationCrypto),
    onStop() {
      link.cut()
      csms.drop()
    },
  })
  const skew = skewMillis.llcs ?? 0
  const llcs = createDevice({
    disk: flaw.disks?.llcs ?? createDisk(kept.llcs, flaw.llcsDisk),
    recall: recallLlcs,
    run: (life, disk) =>
      runLlcs(clock.clockFor(life, skew), portsFor(life, disk, skew), flaw.llcsCrypto),
    onStop() {
      link.cut()
      post.lose((name) => name.startsWith('wan '))
    },
  })
  return { clock, post, link, company, csms, station, llcs }
}

/** The hub's own code for its path, by its own clock; a message crosses it at once or is lost. */
function hubPath(
  { startAt, pathOut }: Pick<Scenario, 'startAt' | 'pathOut'>,
  clock: Clock,
): Network {
  const atOnce: Clock = {
    now: () => clock.now(),
    after(_delay, _label, work) {
      void work()
      return { cancel: () => {} }
    },
  }
  const at = (byMillis: number): string => toIso(instant(startAt + byMillis))
  const quick = { p50Millis: 0, p99Millis: 0, lossPercent: 0, tries: 1, retryMillis: 0 }
  const outages =
    pathOut === undefined ? [] : [{ from: at(pathOut.fromMillis), until: at(pathOut.untilMillis) }]
  const model = { wan: [{ ...quick, outages }], han: { ...quick, outages: [] } }
  return simulatedNetwork(model, { clock, wall: atOnce, entropy: systemEntropy })
}

function createDevice<Running, Memory>(options: {
  readonly disk: Disk
  readonly recall: (entries: readonly unknown[]) => Memory
  readonly run: (life: Life, disk: Disk) => Promise<Running>
  readonly onStop: () => void
}): Device<Running, Memory> {
  const { disk } = options
  let hasPower = false
  const run = async (life: Life): Promise<void> => {
    const running = await options.run(life, disk)
    if (device.life === life && life.alive) device.running = running
  }
  const device: Device<Running, Memory> = {
    disk,
    running: undefined,
    life: { alive: false },
    justDied: () => hasPower && !device.life.alive,
    memory: () => options.recall(disk.entries),
    start() {
      const life = { alive: true }
      device.life = life
      hasPower = true
      void run(life)
    },
    stop() {
      hasPower = false
      device.life.alive = false
      device.running = undefined
      options.onStop()
    },
  }
  return device
}

const preludeMillis = 60_000

/** A vehicle has been plugged in for a minute, and everything is connected: where histories begin. */
export async function prelude(
  startAt: Instant,
): Promise<Kept & { readonly transactionId: string }> {
  const begun = instant(startAt - preludeMillis)
  const home = openHome({ startAt: begun, held: [] }, keptAt(begun), () => '')
  home.llcs.start()
  await home.clock.settle()
  home.station.start()
  await home.clock.settle()
  home.station.running?.hardware.plugIn({
    energyWattHours: 400_000,
    vehicleWattsMax: ratingWatts,
  })
  await home.clock.advance(preludeMillis)
  const memory = home.station.memory()
  return {
    station: [{ ...memory, outbox: [], variables: {} }],
    llcs: [home.llcs.memory()],
    transactionId: memory.transaction?.id ?? '',
  }
}

const keptAt = (at: Instant): Kept => ({ station: [commissioned(at)], llcs: [] })
