import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { assemblyIn, withPart } from '../core/report.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** How much of one person's data is kept; an answer that is longer is cut and said to be. */
const charsMax = 1_000_000

/** N09, N10: text in parts, put together in their order. */
export const notifyCustomerInformation =
  (context: Context, { stationId }: Sender): Handler<'NotifyCustomerInformation'> =>
  async ({ requestId, seqNo, tbc, data, generatedAt }) => {
    const before = await context.known.find(stationId, 'customerInformation', `${requestId}`)
    const earlier = (before?.value['texts'] ?? {}) as Readonly<Record<string, string>>
    const size = Object.values(earlier).reduce((sum, text) => sum + text.length, 0)
    const truncated = size + data.length > charsMax
    const texts = truncated ? earlier : { ...earlier, [seqNo]: data }
    const assembly = withPart(assemblyIn(before?.value), { seqNo, tbc })
    const whole = assembly.parts.map((part) => texts[part] ?? '').join('')
    const known = { requestId, generatedAt, texts, truncated, data: whole, ...assembly }
    await note(context, stationId, learned('customerInformation', requestId, known))
    return {}
  }
