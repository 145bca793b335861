import type { Handler } from '@interlock/ocpp'
import { localListEntriesMax, updated } from '../core/local-list.ts'
import type { Station } from '../station.ts'

/** D01. The list is durable when the answer leaves (D01.FR.10). */
export const sendLocalList =
  (station: Station): Handler<'SendLocalList'> =>
  (request) => {
    const { keeper, model } = station
    const failed = (reasonCode: string) =>
      ({ status: 'Failed', statusInfo: { reasonCode } }) as const
    if (!model.setting('LocalAuthListCtrlr', 'Enabled')) return failed('NotEnabled')
    const items = request.localAuthorizationList?.length ?? 0
    if (items > model.setting('LocalAuthListCtrlr', 'ItemsPerMessage'))
      return failed('TooManyElements')
    const { status, reason, list } = updated(keeper.memory.localList, request, localListEntriesMax)
    if (status === 'Accepted') keeper.commit({ set: { localList: list } })
    return reason === undefined ? { status } : failed(reason)
  }
