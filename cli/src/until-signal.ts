/** A wait for Ctrl-C (SIGINT) or SIGTERM, which then no longer end the process by themselves. */
export type SignalWait = {
  readonly received: Promise<NodeJS.Signals>
  /** Gives the signals their usual meaning back. */
  readonly forget: () => void
}

/** Starts listening at once, so that a signal during a start closes what was started. */
export function untilSignal(): SignalWait {
  let onSignal: (name: NodeJS.Signals) => void = () => {}
  const received = new Promise<NodeJS.Signals>((resolve) => (onSignal = resolve))
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  const forget = (): void => {
    for (const name of names) process.off(name, onSignal)
  }
  return { received, forget }
}
