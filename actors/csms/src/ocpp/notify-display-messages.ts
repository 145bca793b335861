import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** O03, O04. */
export const notifyDisplayMessages =
  (context: Context, { stationId }: Sender): Handler<'NotifyDisplayMessages'> =>
  async ({ requestId, tbc, messageInfo = [] }) => {
    const messages = messageInfo.map((message) =>
      learned('displayMessage', message.id, { ...message, reported: true }),
    )
    const key = `NotifyDisplayMessages/${requestId}`
    const report = { requestId, message: 'NotifyDisplayMessages', complete: tbc !== true }
    await note(context, stationId, ...messages, learned('report', key, report))
    return {}
  }
