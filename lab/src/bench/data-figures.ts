import { compare, interleaved, microsPerCall } from './rounds.ts'
import { line, type Line } from './report.ts'
import type { SealPlan } from './seal-figures.ts'
import { makeSecrets, sealedData, topicOf } from './sealed-data.ts'

const protections = [
  ['sealed data, group MAC', 'AES-GCM both ways', 'load'],
  ['sealed data, group with signature', 'sign, verify, AES-GCM', 'capacity'],
  ['sealed data, two named readers', 'sign, verify, HPKE, AES-GCM', 'reading'],
] as const

/**
 * Messages that are sealed and opened in a second of processor time, against the cryptography inside
 * alone.
 */
export async function dataFigures(plan: SealPlan): Promise<readonly Line[]> {
  plan.say('Measuring sealed data.')
  const lines: Line[] = []
  const secrets = makeSecrets()
  for (const [name, against, kind] of protections) {
    const { seal, open, bare } = sealedData(kind, secrets)
    const topic = topicOf(kind)
    const perSecond = (work: () => void) => (): number =>
      1_000_000 / microsPerCall(work, plan.roundMillis)
    const ours = perSecond(() => open(seal(topic), topic))
    const beneath = perSecond(() => {
      bare.seal()
      bare.open()
    })
    const taken = await interleaved(plan.rounds, ours, beneath, plan.stop)
    lines.push(line(name, '/s', against, 'higher', compare(taken)))
  }
  return lines
}
