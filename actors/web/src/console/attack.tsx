import { kilowatts } from '@interlock/arm'
import { useState } from 'preact/hooks'
import { post, sentenceOfError } from '../page/api.ts'
import { Notice } from '../page/notice.tsx'
import { reasonWords } from '../sentences.ts'
import type { AttackResult } from '../shared/shapes.ts'
import { localTime } from './local-time.ts'

/** At real time a charger waits for the arm of each trigger before it refuses. */
const attackMillis = 10 * 60_000

/** Lab only: play the party that holds the CSMS's keys, and see what it can move. */
export function Attack({ timeZone }: { timeZone: string }) {
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<AttackResult>()
  const [problem, setProblem] = useState('')
  const run = async (): Promise<void> => {
    setBusy(true)
    setProblem('')
    try {
      setResult(await post<AttackResult>('/api/attack', {}, attackMillis))
    } catch (error) {
      setProblem(sentenceOfError(error))
    } finally {
      setBusy(false)
    }
  }
  const told = result === undefined ? '' : tellAttack(result, timeZone)
  return (
    <section class="stack" aria-labelledby="attack">
      <h2 id="attack">Attack this street</h2>
      <p>
        You are whoever has stolen the CSMS’s keys. Every charger is told to start, to stop, to
        change or drop its plan, to restart, to go out of service, and to take other settings,
        firmware, certificates and servers; with unsigned, self-signed, replayed and mis-addressed
        commands, and the supervisor is asked to countersign them.
      </p>
      <button type="button" class="danger" disabled={busy} onClick={() => void run()}>
        {busy ? 'Attacking… refusals appear below' : 'Attack'}
      </button>
      <Notice text={problem === '' ? told : problem} kind={problem === '' ? 'done' : 'problem'} />
      {result && <BeforeAndAfter result={result} />}
    </section>
  )
}

export function tellAttack(result: AttackResult, timeZone: string): string {
  return [tellCommands(result), ...tellAnswers(result, timeZone)].join(' ')
}

/** The answers are in the attacker's hands for longer than the commands take. */
const tellAnswers = ({ answersUntil: until }: AttackResult, timeZone: string): string[] =>
  until === undefined
    ? []
    : [`Until ${localTime(until, timeZone)} every answer to a charger is changed or held back.`]

function tellCommands(result: AttackResult): string {
  const sent = `${result.commandsSent} commands were sent.`
  return result.commandsApplied === 0
    ? `${sent} None was obeyed without a second party.`
    : `${sent} ${result.commandsApplied} were obeyed although no second party agreed.`
}

function BeforeAndAfter({ result }: { result: AttackResult }) {
  const rows: [string, string][] = [
    ['Load before', kilowatts(result.loadBeforeWatts)],
    ['Load after', kilowatts(result.loadAfterWatts)],
    ['Largest step', kilowatts(result.loadStepWatts)],
    [
      'Could still move with the supervisor’s countersignature',
      `${kilowatts(result.countersignedStepWatts)}, of a budget of ${kilowatts(result.budgetWatts)}`,
    ],
  ]
  const refusals = Object.entries(result.refusals).toSorted(([, left], [, right]) => right - left)
  return (
    <>
      <table data-testid="attack-result">
        <caption>Before and after, controls {result.controls}</caption>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {refusals.length > 0 && (
        <table>
          <caption>Why it did not work</caption>
          <tbody>
            {refusals.map(([reason, count]) => (
              <tr key={reason}>
                <th scope="row">{reasonWords(reason)}</th>
                <td>{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
