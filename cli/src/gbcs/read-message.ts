import { gbcsProblems, readFrame, type ReadFrame } from '@interlock/gbcs'
import { exits, type Invocation } from '../command.ts'
import { readInput } from '../input.ts'
import { refuse } from '../refusal.ts'
import { messageBytes, notBytes } from './message-bytes.ts'

/**
 * Reads the one message that a command is given and shows it; a message that is none is named by
 * field and reason, with exit code 1.
 */
export async function withMessage(
  { operands, print }: Invocation,
  show: (read: ReadFrame) => { readonly value: object; readonly words: string },
): Promise<number> {
  const text = await readInput(operands)
  const bytes = messageBytes(text)
  if (bytes === undefined)
    return refuse(print, 'NotBytes', `the input ${notBytes(text)}`, 'input: ')
  const read = readFrame(bytes)
  if (!read.ok) return refuse(print, read.reason, gbcsProblems[read.reason], read.detail)
  const { value, words } = show(read.value)
  print(value, words)
  return exits.done
}
