import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** D02. Where the list is not in use its version is 0 (D02.FR.03). */
export const getLocalListVersion =
  ({ keeper, model }: Station): Handler<'GetLocalListVersion'> =>
  () => ({
    versionNumber: model.setting('LocalAuthListCtrlr', 'Enabled')
      ? keeper.memory.localList.version
      : 0,
  })
