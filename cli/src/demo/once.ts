import { runOnce, type OnceReport } from '@interlock/lab'
import { exits, type Invocation } from '../command.ts'
import { untilSignal } from '../until-signal.ts'
import { demoLog } from './log.ts'
import type { DemoOptions } from './options.ts'

/** One scripted day of the street. @throws Fault when something cannot start; nothing keeps running. */
export async function demoOnce(
  options: DemoOptions & { readonly dir: string },
  { print, say }: Pick<Invocation, 'print' | 'say'>,
): Promise<number> {
  const interrupted = new AbortController()
  const signal = untilSignal()
  const interruption = async (): Promise<void> => {
    const name = await signal.received
    say(`${name}: closing the street.`)
    interrupted.abort()
  }
  void interruption()
  try {
    const report = await runOnce({ ...options, stop: interrupted.signal, log: demoLog(), say })
    const failures = failuresOf(report, options.controls)
    print(report, inWords(report))
    for (const failure of failures) say(`interlock: ${failure}`)
    return failures.length === 0 ? exits.done : exits.failed
  } catch (error) {
    if (interrupted.signal.aborted && error === interrupted.signal.reason) return exits.failed
    throw error
  } finally {
    signal.forget()
  }
}

/** What must hold after any day; each that does not, as a sentence. */
export function failuresOf(report: OnceReport, controls: 'on' | 'off'): readonly string[] {
  const { attack, responseAttack } = report
  const guarded = controls === 'on'
  const rows: readonly (readonly [boolean, string])[] = [
    [report.auditVerified, 'an audit file does not verify'],
    [
      !guarded || attack.commandsApplied === 0,
      `${attack.commandsApplied} commands of the attacker were applied`,
    ],
    [
      !guarded || attack.countersignedStepWatts <= attack.budgetWatts,
      `${attack.countersignedStepWatts} W were countersigned, above ${attack.budgetWatts} W`,
    ],
    [
      !guarded || responseAttack.grantedWatts <= responseAttack.budgetWatts,
      `the DSR provider was granted ${responseAttack.grantedWatts} W, above ${responseAttack.budgetWatts} W`,
    ],
  ]
  return rows.filter(([holds]) => !holds).map(([, words]) => words)
}

function inWords(report: OnceReport): string {
  const { arms, triggers, response, attack, responseAttack, roaming, topics, settlement } = report
  const kilowatts = (watts: number): string => `${(watts / 1000).toFixed(1)} kW`
  return [
    `${report.stations} chargers, ${report.transactions} transactions, ${report.energyKilowattHours} kWh.`,
    `Arms: ${arms.granted} granted, ${arms.used} used, ${arms.expired} expired, ${arms.refused} refused.`,
    `Triggers: ${triggers.applied} applied, ${triggers.refused} refused.`,
    `Response: the frequency fell to ${response.frequencyNadirHertz ?? '–'} Hz; the street gave ${kilowatts(response.reducedWatts)}, half of the chargers within ${response.p50Millis} ms, 99 % within ${response.p99Millis} ms.`,
    `Attack: ${attack.commandsSent} commands sent, ${attack.commandsApplied} applied without a second party; ${kilowatts(attack.countersignedStepWatts)} countersigned of ${kilowatts(attack.budgetWatts)} allowed; the load stepped by ${kilowatts(attack.loadStepWatts)}.`,
    `As the DSR provider: ${responseAttack.commandsSent} commands sent; ${kilowatts(responseAttack.grantedWatts)} granted of ${kilowatts(responseAttack.budgetWatts)} allowed; the load stepped by ${kilowatts(responseAttack.loadStepWatts)}.`,
    `By the card of a provider: ${roaming.authorised} of ${roaming.sessions} charges asked about and allowed, ${roaming.energyKilowattHours} kWh signed by the meter, £${roaming.cost.toFixed(2)}; ${roaming.cdrs.accepted} records billed, ${roaming.cdrs.refused} refused.`,
    `By topic: ${topics.published} sealed messages; of ${topics.readings.published} readings of homes those they were for opened ${topics.readings.opened}; ${topics.refused} found wrong.`,
    `The operator summed all chargers ${topics.sums.powers} times without seeing any one: ${topics.sums.kilowattHours} kWh in ${topics.sums.halfHours} half-hours. It allotted by topic ${topics.allotments.published} times. Of ${topics.consumption.homes} homes the DSR provider knows ${topics.consumption.halfHours} half-hours; the supplier bills ${topics.billed.kilowattHours} kWh, £${topics.billed.pounds.toFixed(2)}.`,
    `The meters of ${settlement.homes} homes counted ${settlement.kilowattHours} kWh, charging and the rest, £${settlement.pounds.toFixed(2)}; their supplier has read it of them.`,
    `Refusals: ${Object.entries(report.refusals)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', ')}.`,
    `Audit: ${report.auditVerified ? 'every file verifies' : 'A FILE DOES NOT VERIFY'}. Decisions: ${report.decisionsSha256}. ${report.wallSeconds} s.`,
  ].join('\n')
}
