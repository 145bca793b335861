import type { FeederDayShown, FeedersShown, FeederSumsShown } from '@interlock/contract'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, UsageError, type Command, type Invocation } from '../command.ts'
import { refuse } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'

const flags = serverFlags({
  at: 'the distribution operator: https://…',
  identity: 'key and chain of the operator, or of its own people',
})

/** Asks the operator, and says what it answers. `path` begins below its feeders. */
async function tell<Shown extends object>(
  { flags: given, print }: Invocation,
  path: string,
  words: (shown: Shown) => readonly string[],
): Promise<number> {
  const answer = await atServer(
    given,
    async (http, base) => answered(await http.request('GET', `${base}/feeders${path}`)),
    'dso',
  )
  if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
  const shown = answer.value as Shown
  print(shown, words(shown).join('\n'))
  return exits.done
}

function groupIn({ operands }: Invocation): string {
  const [group, ...more] = operands
  if (group === undefined || more.length > 0) throw new UsageError('which one GROUP?')
  return encodeURIComponent(group)
}

export const feederList: Command = {
  name: 'feeder list',
  summary: 'the feeders of a distribution operator, and how those who may use them stand',
  usage: `interlock feeder list ${serverAccess}`,
  example:
    'interlock feeder list --at https://dso.example:8443 --identity dso-staff --trust root.pem',
  flags,
  run: (invocation) => tell(invocation, '', listWords),
}

export const feederDay: Command = {
  name: 'feeder day',
  summary: 'what a feeder has to spare for a day ahead, and who was told what of it',
  usage: `interlock feeder day GROUP ${serverAccess}`,
  example:
    'interlock feeder day eastern-1 --at https://dso.example:8443 --identity dso-staff --trust root.pem',
  operands: 'GROUP',
  flags,
  run: (invocation) => tell(invocation, `/${groupIn(invocation)}/day`, dayWords),
}

export const feederShow: Command = {
  name: 'feeder show',
  summary: 'what the chargers of a feeder draw now and drew, as sums that tell of no one home',
  usage: `interlock feeder show GROUP ${serverAccess}`,
  example:
    'interlock feeder show eastern-1 --at https://dso.example:8443 --identity dso-staff --trust root.pem',
  operands: 'GROUP',
  flags,
  run: (invocation) => tell(invocation, `/${groupIn(invocation)}/sums`, sumWords),
}

const listWords = ({ feeders, providers }: FeedersShown): readonly string[] => [
  ...feeders.map(
    ({ group, ratedWatts, metered, summed }) =>
      `${group}: ${ratedWatts} W, ${metered ? 'metered' : 'not metered'}, ${summed ? 'its chargers are summed' : 'its chargers are not summed'}`,
  ),
  ...providers.flatMap(({ name, standing, heartbeatAt, offlineModeAt, complaints, breaches }) => [
    `${name}: ${standing}, last heartbeat ${heartbeatAt ?? 'never'}, offline mode ${offlineModeAt ?? 'not agreed'}`,
    ...complaints.map(
      ({ at, blocks, from, until }) =>
        `${name}: said at ${at} that it cannot keep ${blocks} blocks${from === null ? '' : ` from ${from} until ${until}`}`,
    ),
    ...breaches.map(
      ({ group, from, breach }) =>
        `${name}: ${group} at ${from}: ${breach.words} [${breach.reason}]`,
    ),
  ]),
]

function dayWords({
  group,
  ratedWatts,
  at,
  problem,
  day,
  passed,
}: FeederDayShown): readonly string[] {
  const breaches = passed.flatMap(({ from, breaches: found }) =>
    (found ?? []).map(({ words, reason }) => `${from}: ${words} [${reason}]`),
  )
  const why = problem === null ? [] : [`nothing new is told: ${problem.words} [${problem.reason}]`]
  if (day === null) return [`${group}: ${ratedWatts} W, nothing is forecast`, ...why, ...breaches]
  const { from, forecastWatts, spareWatts, allotments, errorWatts, marginWatts } = day
  const how = day.usesTemperature ? ', by temperature' : ''
  const round = (watts: number | null) => (watts === null ? 'unknown' : `${Math.round(watts)} W`)
  const startOf = (block: number) => new Date(Date.parse(from) + block * blockMillis).toISOString()
  return [
    `${group}: ${ratedWatts} W, forecast at ${at}`,
    ...why,
    `mean error ${round(errorWatts.forecast)}${how}; of the last load kept ${round(errorWatts.persistence)}, of the day before ${round(errorWatts.previousDay)}; kept free ${round(marginWatts)}`,
    ...allotments.map(
      ({ provider, contractedWatts, fallbackWatts }) =>
        `${provider}: ${contractedWatts} W by contract, ${fallbackWatts} W in silence`,
    ),
    ...forecastWatts.map((load, block) => {
      const told = allotments.map(({ provider, watts }) => `${provider} ${watts[block] ?? 0} W`)
      return [
        startOf(block),
        `load ${round(load)}`,
        `spare ${spareWatts[block] ?? 0} W`,
        ...told,
      ].join('  ')
    }),
    ...breaches,
  ]
}
const blockMillis = 15 * 60_000

/** A day of half-hours; `--json` has all that are kept. */
const halfHoursShown = 48

function sumWords({ group, status, rounds, powers, energies }: FeederSumsShown): readonly string[] {
  const { members, answered: heard, phase, problem, excluded } = status
  const last = powers.at(-1)
  const ofRound = phase === 'readings' ? `; ${heard} have answered in this round` : ''
  const without = rounds.filter((each) => each.problem !== null).length
  const missing = rounds.at(-1)?.missing ?? []
  return [
    last === undefined
      ? `${group}: no sum yet`
      : `${group}: ${flow(last.watts, 'W')} by ${last.stations} chargers at ${last.at}`,
    `${members} chargers are summed${ofRound}`,
    ...(problem === null ? [] : [`no sum at present: ${problem.words} [${problem.reason}]`]),
    ...(without === 0 ? [] : [`${without} of the latest ${rounds.length} rounds have no sum`]),
    ...missing.map((each) => `${each} sent no reading in the latest round`),
    ...excluded.map((each) => `${each} masked wrongly, and is left out until it has another key`),
    ...energies
      .slice(-halfHoursShown)
      .map((each) => `${each.from}  ${flow(each.wattHours, 'Wh')}  ${each.stations} chargers`),
  ]
}

const flow = (value: number, unit: 'W' | 'Wh'): string =>
  value < 0 ? `${-value} ${unit} fed in` : `${value} ${unit}`
