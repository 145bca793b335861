import { runLive, type Live } from '@interlock/lab'
import { exits, type Invocation } from '../command.ts'
import { untilSignal } from '../until-signal.ts'
import { demoLog } from './log.ts'
import type { DemoOptions } from './options.ts'

/** The street, until Ctrl-C. @throws Fault when something cannot start; nothing keeps running. */
export async function demoLive(
  options: DemoOptions & { readonly dir: string },
  { print, say }: Pick<Invocation, 'print' | 'say'>,
): Promise<number> {
  const { speed, dir } = options
  const signal = untilSignal()
  let interrupted = false
  const interruption = async (): Promise<void> => {
    const name = await signal.received
    interrupted = true
    say(`${name}: closing the street.`)
  }
  void interruption()
  try {
    const live = await runLive({
      ...options,
      speed: speed === 'stepped' ? 1 : speed,
      log: demoLog(),
      say,
    })
    try {
      if (!interrupted) print(facts(live, dir), welcome(live))
      await Promise.race([signal.received, live.ended])
    } finally {
      await live.close()
    }
    say(`The street is closed; it is kept in ${dir} and goes on where it stood.`)
    return exits.done
  } finally {
    signal.forget()
  }
}

const facts = ({ consoleUrl, armUrl, passwords }: Live, data: string): object => ({
  console: consoleUrl,
  arm: armUrl,
  passwords,
  data,
})

const welcome = ({ consoleUrl, passwords }: Live): string =>
  [
    `The street is open: ${consoleUrl}`,
    'Sign in as one of',
    ...Object.entries(passwords).map(([name, password]) => `  ${name.padEnd(12)}${password}`),
    'Ctrl-C closes it.',
  ].join('\n')
