import { UsageError } from './command.ts'

/** Longest input read from stdin; files have their own limit. */
const inputBytesMax = 1_048_576

/**
 * The one input of a command: a file, or stdin for `-`.
 * @throws UsageError unless there is exactly one; Fault `FileUnreadable`, naming the file.
 */
export async function readInput(operands: readonly string[]): Promise<string> {
  const [name, ...more] = operands
  if (name === undefined || more.length > 0) throw new UsageError('which one file? - is stdin')
  if (name === '-') return readStdin()
  const { readText } = await import('@interlock/host')
  return readText(name)
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    total += chunk.length
    if (total > inputBytesMax) throw new UsageError(`stdin has more than ${inputBytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
