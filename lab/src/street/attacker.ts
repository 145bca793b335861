import { inMinutes, plus, type Instant, type StationId } from '@interlock/kernel'
import type { WorldClock } from '../worlds/world-clock.ts'
import {
  answersPhases,
  attackByAnswers,
  type AnswersAttack,
  type AnswersReport,
} from './attack-answers.ts'
import { at } from './cars.ts'
import { runAttack, tapSessions, type AttackReport } from './run-attack.ts'
import type { Street } from './start-street.ts'

/** Whoever has taken the CSMS over, and has seen everything since. */
export type Attacker = {
  /** Every command, and from `answersFrom` every answer; a second attack joins answers that still run. */
  attack(): Promise<
    AttackReport & { readonly answersFrom: Instant; readonly answersUntil: Instant }
  >
  /** What the answers have done so far. */
  answers(): AnswersReport
}

/** What the commands did at once is over before the answers are watched. */
const pause = inMinutes(1)

export function createAttacker(street: Street, world: WorldClock): Attacker {
  const seen = tapSessions(street.csms)
  const clock = world.clockFor('attacker')
  let from: Instant | undefined
  let answers: AnswersAttack | undefined
  const begin = (granted: readonly StationId[]): Instant => {
    const next = plus(clock.now(), pause)
    from = next
    at(clock, next, 'answers/begin', async () => {
      answers = await attackByAnswers(street, world, granted)
    })
    return next
  }
  const ended = (): boolean =>
    from === undefined || clock.now() > plus(plus(from, answersPhases.end), pause)

  return {
    async attack() {
      const report = await runAttack(street, seen())
      const answersFrom = from === undefined || ended() ? begin(report.granted) : from
      return { ...report, answersFrom, answersUntil: plus(answersFrom, answersPhases.end) }
    },
    answers: () => answers?.report() ?? none,
  }
}

const none: AnswersReport = {
  answers: {},
  answersChanged: 0,
  answersNoted: {},
  answersStepWatts: 0,
}
