import { createInterface } from 'node:readline'
import { Fault } from '@interlock/kernel'

/** Where the person is asked. */
export type Terminal = {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/**
 * Asks the person at the terminal to do something, and waits. Enter: it is done; `n`: it cannot be.
 *
 * @throws Fault `OperatorGone` when the terminal is closed
 */
export const askAtTerminal =
  (
    say: (words: string) => void,
    { input, output }: Terminal = { input: process.stdin, output: process.stderr },
  ) =>
  (words: string): Promise<boolean> => {
    say(`\n▶ ${words}.`)
    const lines = createInterface({ input, output })
    return new Promise((resolve, reject) => {
      lines.once('close', () => reject(new Fault('OperatorGone', 'the terminal was closed')))
      lines.question('  Enter when it is done, n when it cannot be: ', (answer) => {
        resolve(!/^\s*n/i.test(answer))
        lines.close()
      })
    })
  }
