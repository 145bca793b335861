import type { FeederSumsShown } from '@interlock/contract'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, UsageError, type Command } from '../command.ts'
import { refuse } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'

export const feederShow: Command = {
  name: 'feeder show',
  summary: 'what the chargers of a feeder draw now and drew, as sums that tell of no one home',
  usage: `interlock feeder show GROUP ${serverAccess}`,
  operands: 'GROUP',
  flags: serverFlags({
    at: 'the distribution operator: https://…',
    identity: 'key and chain of the operator, or of its own people',
  }),
  async run({ flags, operands, print }) {
    const [group, ...more] = operands
    if (group === undefined || more.length > 0) throw new UsageError('which one GROUP?')
    const url = `/feeders/${encodeURIComponent(group)}/sums`
    const answer = await atServer(
      flags,
      async (http, base) => answered(await http.request('GET', `${base}${url}`)),
      'dso',
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const shown = answer.value as FeederSumsShown
    print(shown, feederWords(shown).join('\n'))
    return exits.done
  },
}

/** A day of half-hours; `--json` has all that are kept. */
const halfHoursShown = 48

function feederWords({ group, status, powers, energies }: FeederSumsShown): readonly string[] {
  const { members, answered: heard, phase, problem, excluded } = status
  const last = powers.at(-1)
  const ofRound = phase === 'readings' ? `; ${heard} have answered in this round` : ''
  return [
    last === undefined
      ? `${group}: no sum yet`
      : `${group}: ${flow(last.watts, 'W')} by ${last.stations} chargers at ${last.at}`,
    `${members} chargers are summed${ofRound}`,
    ...(problem === null ? [] : [`no sum at present: ${problem.words} [${problem.reason}]`]),
    ...excluded.map((each) => `${each} masked wrongly, and is left out until it has another key`),
    ...energies
      .slice(-halfHoursShown)
      .map((each) => `${each.from}  ${flow(each.wattHours, 'Wh')}  ${each.stations} chargers`),
  ]
}

const flow = (value: number, unit: 'W' | 'Wh'): string =>
  value < 0 ? `${-value} ${unit} fed in` : `${value} ${unit}`
