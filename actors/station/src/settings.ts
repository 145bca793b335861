import type { TokenRules } from './core/judge-token.ts'
import type { TxRules } from './core/transaction.ts'
import type { TxPoint } from './core/tx-points.ts'
import type { DeviceModel } from './device-model/model.ts'

/** The variables of AuthCtrlr, AuthCacheCtrlr and LocalAuthListCtrlr, as the code asks them. */
export const tokenRules = (model: DeviceModel): TokenRules => ({
  preAuthorize: model.setting('AuthCtrlr', 'LocalPreAuthorize'),
  authorizeOffline: model.setting('AuthCtrlr', 'LocalAuthorizeOffline'),
  unknownOffline: model.setting('AuthCtrlr', 'OfflineTxForUnknownIdEnabled'),
  askNobody: model.setting('AuthCtrlr', 'DisableRemoteAuthorization'),
  cacheEnabled: model.setting('AuthCacheCtrlr', 'Enabled'),
  cacheSeconds: model.setting('AuthCacheCtrlr', 'LifeTime'),
  cacheFinal: model.setting('AuthCacheCtrlr', 'DisablePostAuthorize'),
  listEnabled: model.setting('LocalAuthListCtrlr', 'Enabled'),
  listFinal: model.setting('LocalAuthListCtrlr', 'DisablePostAuthorize'),
})

export const txRules = (model: DeviceModel): TxRules => ({
  startPoints: model.setting('TxCtrlr', 'TxStartPoint') as readonly TxPoint[],
  stopPoints: model.setting('TxCtrlr', 'TxStopPoint') as readonly TxPoint[],
  significancePercent: model.setting('SmartChargingCtrlr', 'LimitChangeSignificance'),
})
