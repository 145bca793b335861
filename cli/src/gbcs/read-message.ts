import { gbcsProblems, readFrame, type ReadFrame } from '@interlock/gbcs'
import { exits, type Invocation } from '../command.ts'
import { readInput } from '../input.ts'
import { messageBytes } from './message-bytes.ts'

/** What the commands that take a message say of their operand. */
export const messageOperand = 'FILE (hex or base64; - is stdin)'

/**
 * Reads the one message that a command is given and shows it; a message that is none is named by
 * field and reason, with exit code 1.
 */
export function withMessage(
  { operands, print }: Invocation,
  show: (read: ReadFrame) => { readonly value: object; readonly words: string },
): number {
  const bytes = messageBytes(readInput(operands))
  if (bytes === undefined)
    return refuse(print, 'NotBytes', 'input', 'the input is neither hex nor base64')
  const read = readFrame(bytes)
  if (!read.ok) {
    // A detail begins with the name of its field.
    const [field = '', ...rest] = (read.detail ?? '').split(': ')
    const words = `${gbcsProblems[read.reason]}${rest.length === 0 ? '' : ` (${rest.join(': ')})`}`
    return refuse(print, read.reason, field, words)
  }
  const { value, words } = show(read.value)
  print(value, words)
  return exits.done
}

export function refuse(
  print: Invocation['print'],
  reason: string,
  field: string,
  words: string,
): number {
  print({ ok: false, reason, field, words }, `refused, ${field}: ${words} [${reason}]`)
  return exits.failed
}
