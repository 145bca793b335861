/**
 * What certificates of every organisation under our root open: nothing here says anything of a station, a transaction,
 * a token or a person, and nothing changes. Every other door is for the organisation of this CSMS alone, the stream of events
 * too; the server asks, so that a new endpoint has not to remember.
 */
export const openDoors: readonly string[] = ['GET /healthz', 'GET /openapi.json']
