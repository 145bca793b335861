import { compare, interleaved, microsPerCall } from './rounds.ts'
import { line, type Line } from './report.ts'
import type { SealPlan } from './seal-figures.ts'
import { capacityMessages, loadMessages, readingMessages } from './sealed-data.ts'

const protections = [
  ['sealed data, group MAC', 'AES-GCM both ways', loadMessages],
  ['sealed data, group with signature', 'sign, verify, AES-GCM', capacityMessages],
  ['sealed data, two named readers', 'sign, verify, HPKE, AES-GCM', readingMessages],
] as const

/**
 * Messages that are sealed and opened in a second of processor time, against the cryptography inside
 * alone.
 */
export async function dataFigures(plan: SealPlan): Promise<readonly Line[]> {
  plan.say('Measuring sealed data.')
  const lines: Line[] = []
  for (const [name, against, messages] of protections) {
    const { seal, open, bare } = messages()
    const perSecond = (work: () => void) => (): number =>
      1_000_000 / microsPerCall(work, plan.roundMillis)
    const ours = perSecond(() => open(seal()))
    const taken = await interleaved(plan.rounds, ours, perSecond(bare), plan.stop)
    lines.push(line(name, '/s', against, 'higher', compare(taken)))
  }
  return lines
}
