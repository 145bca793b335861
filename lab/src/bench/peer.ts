import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Running } from '@interlock/host'
import { Fault } from '@interlock/kernel'

export type Failed = { readonly answer: 'failed'; readonly problem: string }

/** Another process of the bench, which does as it is told, one order after the other. */
export type Peer<Order, Answer> = Running & {
  /** @throws Fault `PeerFailed` when it could not, did not within `millis`, or has gone. */
  ask(order: Order, millis: number): Promise<Answer>
}

/** It ends with this process, however this one ends. */
export function startPeer<Order extends object, Answer extends object>(
  script: URL,
): Peer<Order, Answer> {
  const child = fork(fileURLToPath(script), [], {
    // Whoever starts it, itself compiled or not.
    execArgv: ['--import', 'tsx'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    ask: (order, millis) =>
      new Promise((resolve, reject) => {
        const failed = (problem: string): void => done({ answer: 'failed', problem })
        const timer = setTimeout(() => failed('no answer'), millis)
        const onExit = (): void => failed('the other process has gone')
        const done = (answer: Answer | Failed): void => {
          clearTimeout(timer)
          child.off('message', done)
          child.off('exit', onExit)
          if (hasFailed(answer)) reject(new Fault('PeerFailed', answer.problem))
          else resolve(answer)
        }
        child.on('message', done)
        child.once('exit', onExit)
        child.send(order)
      }),
    async close() {
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

const hasFailed = (answer: object): answer is Failed =>
  'answer' in answer && answer.answer === 'failed'

/** Whatever was asked, it has failed. */
export const failAsPeer = (problem: string): void =>
  void process.send?.({ answer: 'failed', problem } satisfies Failed)

/** The other side: obeys until whoever started it has gone. */
export function serveAsPeer<Order, Answer extends object>(
  obey: (order: Order) => Promise<Answer>,
): void {
  process.on('message', (order: Order) => {
    obey(order).then(
      (answer) => process.send?.(answer),
      (error: unknown) => failAsPeer(String(error)),
    )
  })
  process.on('disconnect', () => process.exit(0))
}
