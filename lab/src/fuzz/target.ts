import { systemClock } from '@interlock/host'
import { Fault, unobserved } from '@interlock/kernel'
import { createEndpoint, type Handlers, type Problem, type Transport } from '@interlock/ocpp'
import { claimsToAnswer, illegality, read } from './answer-rules.ts'

/** One end of OCPP with its real handlers, and nothing between it and the fuzzer but memory. */
export type Target = {
  readonly name: string
  /** Gives it one message, also while others are handled; what is wrong with what came of it, if anything. */
  give(text: string): Promise<string | undefined>
  close(): Promise<void>
}

/** Wall time after which a message that is not answered counts as a hang, also on a busy machine. */
const hangMillis = 60_000

/** A busy machine may leave the database without an answer for longer than a handler waits. */
const againMax = 10
const againMillis = 1_000
const isPassing = ({ cause, detail }: Problem): boolean =>
  (cause instanceof Fault && cause.code === 'DatabaseUnavailable') ||
  detail.endsWith('send it again')

export function createTarget(name: string, handlers: Handlers, end: () => Promise<void>): Target {
  // As many connections as messages are given at once, each with one message at a time.
  const free: Wire[] = []
  return {
    name,
    async give(text) {
      const wire = free.pop() ?? connect(handlers)
      let problem = await giveOver(wire, text)
      // As a station does: what the database did not take in time is sent again.
      for (let times = 0; wire.problems.some(isPassing) && times < againMax; times++) {
        await new Promise((resolve) => setTimeout(resolve, againMillis))
        problem = await giveOver(wire, text)
      }
      if (problem === undefined) free.push(wire)
      return problem
    },
    close: end,
  }
}

type Wire = ReturnType<typeof connect>

async function giveOver(wire: Wire, text: string): Promise<string | undefined> {
  wire.sent.length = 0
  wire.problems.length = 0
  try {
    wire.receive(text)
  } catch (error) {
    return `it threw: ${String(error)}`
  }
  const given = read(text)
  // Whether an answer to an answer came all the same, the rules say afterwards.
  if (!claimsToAnswer(given) && !(await wire.answered())) return `no answer in ${hangMillis} ms`
  const broken = wire.problems.find((each) => each.kind === 'handler')
  if (broken !== undefined) return `${broken.detail}: ${String(broken.cause)}`
  return illegality(given, wire.sent)
}

function connect(handlers: Handlers) {
  const sent: string[] = []
  const problems: Problem[] = []
  let listener: (text: string) => void = () => {}
  let notice = (): void => {}
  const transport: Transport = {
    send(text) {
      sent.push(text)
      notice()
    },
    onMessage: (next) => (listener = next),
    onClose: () => {},
    close: () => {},
    bufferedBytes: 0,
  }
  createEndpoint({
    transport,
    handlers,
    wall: systemClock,
    activity: unobserved,
    onProblem: (problem) => void problems.push(problem),
  })
  /** True when something was sent; a message that is answered at once costs no timer. */
  const answered = async (): Promise<boolean> => {
    for (let turn = 0; turn < 10 && sent.length === 0; turn++) await Promise.resolve()
    if (sent.length > 0) return true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), hangMillis)
    })
    const came = new Promise<boolean>((resolve) => (notice = () => resolve(true)))
    return Promise.race([came, late]).finally(() => clearTimeout(timer))
  }
  return { sent, problems, receive: (text: string) => listener(text), answered }
}
