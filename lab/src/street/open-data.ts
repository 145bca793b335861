import { toBase64, type ArmKey } from '@interlock/arm'
import { openDataDoors, OpenDataRows } from '@interlock/contract'
import { httpClient, readText, type HttpClient } from '@interlock/host'
import { eui64, Fault, type Activity, type Clock } from '@interlock/kernel'
import { openDataStatement } from '@interlock/seal'
import { Value } from 'typebox/value'
import { organisations, type Home } from './address-book.ts'
import { https, listen, type Plan } from './configs.ts'

/** What everybody reads of the street's homes together: nothing, as long as fewer than `groupMin` of them agree. */
export type OpenDataFigures = { readonly groupMin: number; readonly rows: number }

/** The fewest homes that a row may be of. */
const groupMin = 10

/** Where the operator publishes, beside all its other doors. */
export const csmsOpenData = (plan: Plan) => ({ listen: listen(plan, 'csms/open-data'), groupMin })

const publisherOf = (plan: Plan): string => https(plan, 'csms/open-data')

/** Whoever reads there, or says a word, shows no certificate. */
async function asAnybody<Result>(
  { layout }: Plan,
  activity: Activity,
  work: (http: HttpClient) => Promise<Result>,
): Promise<Result> {
  const roots = [readText(layout.trust.charging)]
  const http = httpClient({ trust: { roots }, activity, expectRole: 'csms' })
  try {
    return await work(http)
  } finally {
    await http.close()
  }
}

/** An owner lets the home count in what is published. @throws Fault when charger or publisher say no */
export async function agreeToOpenData(
  plan: Plan,
  { station }: Home,
  { privateKey, spki }: ArmKey,
  clock: Pick<Clock, 'now'>,
  activity: Activity,
): Promise<void> {
  const at = clock.now()
  const statement = openDataStatement(eui64(station), eui64(organisations.csms), true, at)
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signed = await crypto.subtle.sign(algorithm, privateKey, Uint8Array.from(statement))
  const [by, signature] = [spki, new Uint8Array(signed)].map(toBase64)
  const word = { station, agrees: true, by, signature, at }
  const url = `${publisherOf(plan)}${openDataDoors.choices}`
  const answer = await asAnybody(plan, activity, (http) => http.request('POST', url, word))
  if (answer.status !== 200) throw new Fault('OpenDataRefused', JSON.stringify(answer.body))
}

/** @throws Fault when it does not answer as a publisher */
export async function readOpenData(plan: Plan, activity: Activity): Promise<OpenDataFigures> {
  const url = `${publisherOf(plan)}${openDataDoors.rows}`
  const { body } = await asAnybody(plan, activity, (http) => http.request('GET', url))
  if (!Value.Check(OpenDataRows, body)) throw new Fault('AnswerInvalid', 'no rows of open data')
  return { groupMin: body.groupMin, rows: body.items.length }
}
