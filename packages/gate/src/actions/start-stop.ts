import { Type } from 'typebox'
import { actionRow, forbidden } from './row.ts'
import { evseId, exactly, identifier, text } from './schema.ts'

/** The arm's level is its ceiling, so a start carries no profile of its own. */
export const requestStartTransaction = actionRow({
  schema: exactly({
    evseId,
    remoteStartId: identifier,
    idToken: exactly({
      idToken: Type.String({ maxLength: 255 }),
      type: text(36),
      additionalInfo: Type.Optional(Type.Array(Type.Unknown(), { minItems: 1, maxItems: 8 })),
    }),
    groupIdToken: Type.Optional(Type.Unknown()),
  }),
  arms: ['onDemand', 'supplied'],
  movesLoad: true,
  override: 'ignore',
  setting: (payload) => ({
    kind: 'start',
    evse: payload.evseId,
    remoteStartId: payload.remoteStartId,
  }),
})

/** OCPP names no EVSE here: the target does, and the transaction must be the one running on it. */
export const requestStopTransaction = actionRow({
  schema: exactly({ transactionId: text(36) }),
  arms: ['onDemand', 'supplied'],
  movesLoad: true,
  override: 'ignore',
  setting: (payload, command, state) => {
    const { evse } = command.target
    const running = state.evses.find((each) => each.transactionId === payload.transactionId)
    return running?.id === evse
      ? { kind: 'stop', evse, transactionId: payload.transactionId }
      : forbidden('the transaction does not run on that EVSE')
  },
})
