/** What the state API of a CSMS that has just been installed shows, for any station. */
export function freshState(pathname: string): unknown {
  const [, stationId, resource] =
    /^\/api\/v1\/stations\/([^/]+)(?:\/([a-z-]+))?$/.exec(pathname) ?? []
  if (stationId === undefined) return { items: [] }
  if (resource === undefined)
    return {
      stationId: decodeURIComponent(stationId),
      trust: 'standard',
      connected: false,
      securityProfile: null,
      boot: null,
      status: null,
      transactionId: null,
    }
  if (resource === 'local-list') return { version: 0, entries: [] }
  return { items: [] }
}
