import { Fault } from '@interlock/kernel'

/** Runs a program of the lab; what is wrong with its files is told in words, with exit code 3. */
export async function inWords(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    process.stderr.write(`${name}: ${error.message}\n${error.remedy ?? ''}\n`)
    process.exitCode = 3
  }
}
