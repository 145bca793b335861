import { learned, tokenKey, type Learned } from '../core/facts.ts'
import { nothing, type Teaches } from './lesson.ts'

/** D02: what the station says its version is. */
export const getLocalListVersion: Teaches<'GetLocalListVersion'> = (_request, response, at) => ({
  put: [learned('localList', 'list', { reportedVersion: response.versionNumber, reportedAt: at })],
})

/**
 * D01: an accepted list is the station's list. One that it refused or cannot follow must be sent
 * whole the next time, whatever it contains now (D01.FR.15).
 */
export const sendLocalList: Teaches<'SendLocalList'> = (request, { status }, at) => {
  const { versionNumber, updateType, localAuthorizationList = [] } = request
  const attempt = {
    lastStatus: status,
    lastAttemptVersion: versionNumber,
    lastUpdateType: updateType,
  }
  if (status !== 'Accepted')
    return { put: [learned('localList', 'list', { ...attempt, fullNeeded: true })] }
  const kept = localAuthorizationList.filter((each) => each.idTokenInfo !== undefined)
  const dropped = localAuthorizationList.filter((each) => each.idTokenInfo === undefined)
  const list = { ...attempt, version: versionNumber, sentAt: at, fullNeeded: false }
  const entries = kept.map((each): Learned =>
    learned('localListEntry', tokenKey(each.idToken), { ...each }),
  )
  const remove =
    updateType === 'Full'
      ? [{ kind: 'localListEntry' as const }]
      : [{ kind: 'localListEntry' as const, keys: dropped.map((each) => tokenKey(each.idToken)) }]
  return { put: [learned('localList', 'list', list), ...entries], remove }
}

/** C11: the station's cache is its own; nothing of it is known here. */
export const clearCache: Teaches<'ClearCache'> = () => nothing
