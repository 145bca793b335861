import { millis } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import type { Station } from './station.ts'

/**
 * Work that an answer announces: it begins once that answer has left, so that the CSMS hears of it in
 * order. A CSMS that does not take what it asked for is told no more.
 */
export function afterAnswer(
  { background, deps, config }: Station,
  label: string,
  work: () => Promise<void>,
): void {
  void background(label, async () => {
    await new Promise<void>((resolve) =>
      deps.wall.after(millis(0), `${config.actor}/${label}`, resolve),
    )
    try {
      await work()
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
      const { code, message: detail } = error
      deps.log.warn({ label, code, detail }, 'what was asked for was not taken')
    }
  })
}
