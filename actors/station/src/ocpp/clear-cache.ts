import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** C11. A cache that is not in use is not cleared (C11.FR.03). */
export const clearCache =
  ({ keeper, model }: Station): Handler<'ClearCache'> =>
  () => {
    if (!model.setting('AuthCacheCtrlr', 'Enabled'))
      return { status: 'Rejected', statusInfo: { reasonCode: 'NotEnabled' } }
    keeper.commit({ set: { authCache: [] } })
    return { status: 'Accepted' }
  }
