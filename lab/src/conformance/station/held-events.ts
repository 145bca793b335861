import type { VirtualCsms } from './virtual-csms.ts'

/** From now on no event of a transaction is answered, until it is let go. */
export function holdsEvents(csms: VirtualCsms): () => void {
  let letGo = (): void => {}
  const gone = new Promise<void>((resolve) => (letGo = resolve))
  csms.answers('TransactionEvent', async () => {
    await gone
    return {}
  })
  return () => letGo()
}
