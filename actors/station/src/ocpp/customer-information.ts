import { toIso } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import { afterAnswer } from '../after-answer.ts'
import { namesOne, traces, withoutCustomer } from '../core/customer.ts'
import type { Station } from '../station.ts'

/** Of `data` in NotifyCustomerInformation. */
const dataCharsMax = 512

/** N09, N10. */
export const customerInformation =
  (station: Station): Handler<'CustomerInformation'> =>
  (request) => {
    const { requestId, report, clear } = request
    if (!namesOne(request)) return { status: 'Invalid' }
    if (!report && !clear) return { status: 'Rejected' }
    const { keeper } = station
    const found = traces(keeper.memory, request)
    if (clear) keeper.commit({ set: withoutCustomer(keeper.memory, request) ?? {} })
    // N09.FR.06, N10.FR.04, N10.FR.06: that nothing was found is told, and what was cleared unseen too.
    const told = found.length === 0 ? 'no data found' : found.join('\n')
    notify(station, requestId, report ? told : 'data cleared')
    return { status: 'Accepted' }
  }

function notify(station: Station, requestId: number, text: string): void {
  const generatedAt = toIso(station.deps.clock.now())
  const pages = Math.ceil(text.length / dataCharsMax)
  afterAnswer(station, 'NotifyCustomerInformation', async () => {
    for (let seqNo = 0; seqNo < pages; seqNo++) {
      const data = text.slice(seqNo * dataCharsMax, (seqNo + 1) * dataCharsMax)
      const tbc = seqNo + 1 < pages
      await station.caller.call(
        'NotifyCustomerInformation',
        { requestId, seqNo, generatedAt, data, tbc },
        { solicited: true },
      )
    }
  })
}
