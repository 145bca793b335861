import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { keyAt, learned, learnedVariable, type Learned } from '../core/facts.ts'
import { hidden, isSecretVariable } from '../core/secret-variables.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** G05, N07, N08: every event is kept; the value it names is now that of the variable. */
export const notifyEvent =
  (context: Context, { stationId }: Sender): Handler<'NotifyEvent'> =>
  async ({ eventData, generatedAt, seqNo }) => {
    const now = context.deps.clock.now()
    const events = eventData.flatMap((event, at): Learned[] => {
      const { variable, actualValue: value } = event
      const part = `${seqNo}/${at}/${event.eventId}`
      return [
        learned('event', keyAt(now, part), {
          ...event,
          ...(isSecretVariable(variable) ? { actualValue: hidden } : {}),
          generatedAt,
        }),
        learnedVariable(event, { value }),
      ]
    })
    await note(context, stationId, ...events)
    context.tell({ kind: 'state', station: stationId, reason: 'Events' })
    return {}
  }
