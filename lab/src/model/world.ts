import { limits, type LinkMessage } from '@interlock/contract'
import { armDigest } from '@interlock/gbcs'
import { fromBase64, type Instant } from '@interlock/kernel'
import { fallbackAt } from '@interlock/power'
import { app, dsrspMeter, supplier } from '../home/parties.ts'
import { counterProblem, countersOf, fingerprintOf, uncounted } from './books.ts'
import { crypto, dwellMillis } from './devices.ts'
import type { World } from './explore.ts'
import type { Happening } from './happening.ts'
import { openHome, type Flaw, type Home, type Kept } from './home.ts'
import { createLoadBack } from './load-back.ts'
import { createOracle, type Oracle } from './oracle.ts'
import { comeToRest } from './rest.ts'
import { possible, spend, type Spent } from './possible.ts'
import { comeBack, fail } from './failing.ts'
import { ratingWatts, type Scenario, type Signed } from './scenario.ts'
import { halfChanged, lostWord, wordOf, type Word } from './words.ts'

/** A home in the hands of the explorer, and the oracle beside it. */
export type Given = {
  readonly scenario: Scenario
  readonly kept: Kept & { readonly transactionId: string }
  readonly signed: Signed
  readonly flaw?: Flaw
  /** One that knows what was before; else a new one. */
  readonly oracle?: Oracle
  /** Told when the load is not, after an event, as far from its schedule as after the opening. */
  readonly onMove?: () => void
}

export async function openWorld(given: Given): Promise<World<Happening>> {
  const { scenario, kept, signed, flaw } = given
  const { startAt } = scenario
  const home = openHome(scenario, kept, (message) => aboutOf(message, signed), flaw)
  home.llcs.start()
  await home.clock.settle()
  home.station.start()
  await home.clock.settle()
  const oracle = given.oracle ?? createOracle(signed, loadOf(home), startAt)
  const spent = newSpent()
  const words: Words = { said: new Set(), answered: new Set() }
  const back = [...signed.triggers.values()].some(({ spec }) => spec.action === 'curve')
    ? createLoadBack()
    : undefined
  const readings = new Map<'llcs' | 'station', number>()
  let isWhole = given.oracle === undefined
  let problem: string | undefined
  let last: Happening | undefined
  let counters = countersIn(home)

  const note = (found: string | undefined): void => {
    problem ??= found
  }
  home.company.onAnswer((name) => {
    const word = wordOf(name)
    if (word === undefined) note(oracle.answered(name))
    else words.answered.add(word)
  })
  const judge = (): void => {
    const [watts, now] = [loadOf(home), home.clock.now()]
    note(oracle.load(watts, now))
    const charger = home.station.life.alive
    if (!home.llcs.life.alive) back?.blind()
    const told = charger && home.llcs.life.alive && home.link.connected()
    note(back?.load(watts, now, { charger, told }))
  }
  const read = (at: 'llcs' | 'station', hertz: number): void => {
    if (!home[at].life.alive) return
    const now = home.clock.now()
    readings.set(at, hertz)
    oracle.sampled(at, hertz, now)
    back?.sampled(at, hertz, now)
    // What follows from it is awaited by settling: the charger's answer may be held.
    void home[at].running?.hardware.frequency({ at: now, hertz })
  }
  const pass = async (left: number): Promise<void> => {
    if (scenario.reading !== true) return home.clock.advance(left)
    for (const byMillis of [dwellMillis, left - dwellMillis]) {
      await home.clock.advance(byMillis)
      for (const [at, hertz] of readings) read(at, hertz)
      await home.clock.settle()
      judge()
    }
  }
  const happen = (happening: Happening): void | Promise<void> =>
    perform(happening, { home, signed, words, oracle, note, read, pass })

  const settle = async (): Promise<void> => {
    await home.clock.settle()
    // A death in the middle: whoever was connected notices, and it stays down.
    for (const device of [home.station, home.llcs]) if (device.justDied()) device.stop()
    await home.clock.retry()
    judge()
    const next = countersIn(home)
    note(counterProblem(counters, next))
    note(uncounted(home.llcs.memory()))
    note(halfChanged(home))
    counters = next
  }

  for (const happening of scenario.opening ?? []) {
    spend(spent, happening)
    await happen(happening)
    await settle()
  }
  // The opening counts as nothing but done.
  Object.assign(spent, newSpent(), { done: spent.done })
  const opened = offSchedule(home)

  return {
    enabled: () => possible(scenario, home, signed, spent),
    async apply(happening) {
      last = happening
      if (happening.do === 'return') isWhole = false
      for (const disk of [home.station.disk, home.llcs.disk]) {
        disk.writes = 0
        disk.diesAfter = undefined
      }
      const { dies } = happening
      if (dies !== undefined) home[dies.device].disk.diesAfter = dies.after
      spend(spent, happening)
      await happen(happening)
      await settle()
      if (offSchedule(home) !== opened) given.onMove?.()
    },
    variants() {
      if (last === undefined || last.dies !== undefined || spent.fail >= scenario.most.fail)
        return []
      return (['station', 'llcs'] as const)
        .filter((device) => scenario.fails.includes(device))
        .flatMap((device) =>
          Array.from({ length: home[device].disk.writes }, (_, index) => ({
            ...(last as Happening),
            dies: { device, after: index + 1 },
          })),
        )
    },
    fingerprint: () =>
      `${fingerprintOf(home, startAt, kept.transactionId)}|${oracle.fingerprint(home.clock.now())}|${JSON.stringify([spent, readings.get('llcs'), readings.get('station'), back?.fingerprint(home.clock.now())])}`,
    problem: () => problem,
    async rest() {
      const skew = Math.abs(scenario.skewMillis?.llcs ?? 0)
      const left = await comeToRest(home, oracle, settle, skew < limits.linkMessageLifetimeMillis)
      // Where nobody has died everything is answered.
      const { said, answered } = words
      return problem ?? left ?? lostWord(home, isWhole ? said : answered, signed.words)
    },
  }
}

const newSpent = (): Spent => ({
  tick: 0,
  fail: 0,
  repeat: 0,
  press: 0,
  sample: 0,
  cut: 0,
  done: [],
})

/** As it is on the disk: a charger that died after it had moved the load is judged by when it did. */
const loadOf = ({ station }: Home): number => station.memory().charger.meter.powerWatts

const offSchedule = (home: Home): number => loadOf(home) - fallbackAt(home.clock.now(), ratingWatts)

/** What a message on the cable is about: the name of its arm. */
function aboutOf(message: unknown, { arms }: Signed): string {
  const link = message as LinkMessage
  const bytes = link.kind === 'arm' ? fromBase64(link.preCommand) : undefined
  const digest =
    bytes === undefined ? (link as { digest?: string }).digest : armDigest(bytes, crypto)
  return [...arms.values()].find((each) => each.digest === digest)?.name ?? ''
}

const countersIn = (home: Home): ReadonlyMap<string, bigint> => {
  const company = [...home.company.books.counters].map(
    ([key, counter]) => [`company ${key}`, counter] as const,
  )
  return new Map([...countersOf(home.station.memory(), home.llcs.memory()), ...company])
}

/** What has been told besides arms and triggers, and of which the answer has come. */
type Words = { readonly said: Set<Word>; readonly answered: Set<Word> }
type Hands = {
  readonly home: Home
  readonly signed: Signed
  readonly words: Words
  readonly oracle: Oracle
  readonly note: (problem: string | undefined) => void
  readonly read: (at: 'llcs' | 'station', hertz: number) => void
  readonly pass: (byMillis: number) => Promise<void>
}

function perform(
  happening: Happening,
  { home, signed, words, oracle, note, read, pass }: Hands,
): void | Promise<void> {
  const now: Instant = home.clock.now()
  switch (happening.do) {
    case 'submit': {
      const arm = signed.arms.get(happening.arm)
      if (arm === undefined) return
      oracle.submitted(arm.name)
      const user = { onDemand: app, response: dsrspMeter, supplied: supplier }[arm.use]
      return home.company.submit(arm.bytes, user.peer, arm.name)
    }
    case 'replay':
      return home.company.replay(happening.arm)
    case 'arrive':
      return home.post.arrive(happening.parcel)
    case 'trigger': {
      const trigger = signed.triggers.get(happening.name)
      if (trigger === undefined) return
      oracle.triggered(trigger.name)
      return home.csms.send(trigger.action, trigger.jws, (reply) => {
        const { status } = (reply ?? {}) as { status?: unknown }
        if (status === 'Accepted') note(oracle.accepted(trigger.name, home.clock.now()))
      })
    }
    case 'say': {
      const word = signed.words.get(happening.word)
      if (word === undefined) return
      words.said.add(happening.word)
      if (word.to === 'station')
        return home.csms.bring(word.request, (answer) => {
          const { status } = (answer ?? {}) as { status?: unknown }
          if (status === 'Accepted') words.answered.add(happening.word)
        })
      return home.company.carry(word.frame, happening.word)
    }
    case 'tick':
      return pass(happening.millis)
    case 'fail':
      return fail(home, happening.part)
    case 'return':
      return comeBack(home, happening.part)
    case 'cut':
      return home.link.cut()
    case 'press':
      oracle.pressed(happening.button, now)
      return void home.station.running?.hardware.press(happening.button)
    case 'sample':
      return read(happening.at, happening.hertz)
  }
}
