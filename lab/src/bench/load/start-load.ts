import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Running } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import type { Answer, LoadKind, LoadStation, Order } from './protocol.ts'

/** What one server did in one round. */
export type LoadFigure = {
  readonly perSecond: number
  /** Processor time of this process, the server's, per message, in microseconds. */
  readonly cpuMicros: number
}

export type Load = Running & {
  open(target: {
    readonly name: string
    readonly port: number
    readonly rootPem?: string
    readonly stations: readonly LoadStation[]
  }): Promise<void>
  /** @throws Fault `LoadFailed` when a server answered with anything but a result. */
  run(target: string, send: LoadKind, millis: number): Promise<LoadFigure>
}

const graceMillis = 60_000

/** Starts the load generator in a process of its own; it ends with this one, however this one ends. */
export function startLoad(): Load {
  const child = fork(fileURLToPath(new URL('./generator.ts', import.meta.url)))
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))

  const ask = (order: Order, millis: number): Promise<Exclude<Answer, { answer: 'failed' }>> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => done({ answer: 'failed', problem: 'no answer' }), millis)
      const onExit = (): void => done({ answer: 'failed', problem: 'the generator has gone' })
      const done = (answer: Answer): void => {
        clearTimeout(timer)
        child.off('message', done)
        child.off('exit', onExit)
        if (answer.answer === 'failed') reject(new Fault('LoadFailed', answer.problem))
        else resolve(answer)
      }
      child.on('message', done)
      child.once('exit', onExit)
      child.send(order)
    })

  return {
    async open({ name, ...rest }) {
      await ask({ order: 'open', target: name, ...rest }, graceMillis)
    },
    async run(target, send, millis) {
      const before = process.cpuUsage()
      const ran = await ask({ order: 'run', target, send, millis }, millis + graceMillis)
      const { user, system } = process.cpuUsage(before)
      if (ran.answer !== 'ran' || ran.answered === 0)
        throw new Fault('LoadFailed', `${target} answered nothing`)
      return {
        perSecond: (ran.answered * 1000) / ran.millis,
        cpuMicros: (user + system) / ran.answered,
      }
    },
    async close() {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}
