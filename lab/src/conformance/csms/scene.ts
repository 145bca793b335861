import type { Ready } from '../run.ts'
import type { CsmsCase } from './case.ts'
import { createOperator } from './operator.ts'
import type { CsmsSubject } from './subject.ts'
import { createTls } from './tls.ts'
import { createVirtualStation } from './virtual-station.ts'
import { createWebSocketProbe } from './websocket.ts'

/** Makes a case ready: each run gets a station that no other case uses. */
export const csmsReady =
  (subject: CsmsSubject, { run }: CsmsCase): Ready =>
  async (steps) => {
    const lease = await subject.lease()
    const station = createVirtualStation(lease, steps)
    try {
      await run({
        station,
        csms: createOperator(subject, station, steps),
        tokens: subject.tokens,
        steps,
        tls: createTls(lease, steps),
        websocket: createWebSocketProbe(lease, steps),
      })
    } finally {
      station.close()
      subject.release?.(station.left())
    }
  }
