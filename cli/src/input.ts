import { readSync } from 'node:fs'
import { readText } from '@interlock/host'
import { UsageError } from './command.ts'

/** Longest input read from stdin; files have their own limit. */
const inputBytesMax = 1_048_576
const stdin = 0

/**
 * The one input of a command: a file, or stdin for `-`.
 * @throws UsageError unless there is exactly one; Fault `FileUnreadable`, naming the file.
 */
export function readInput(operands: readonly string[]): string {
  const [name, ...more] = operands
  if (name === undefined || more.length > 0) throw new UsageError('which one file? - is stdin')
  return name === '-' ? readStdin() : readText(name)
}

function readStdin(): string {
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const chunk = Buffer.alloc(65_536)
    const count = readSync(stdin, chunk)
    if (count === 0) return Buffer.concat(chunks).toString('utf8')
    total += count
    if (total > inputBytesMax) throw new UsageError(`stdin has more than ${inputBytesMax} bytes`)
    chunks.push(chunk.subarray(0, count))
  }
}
