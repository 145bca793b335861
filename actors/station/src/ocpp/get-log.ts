import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** N01. */
export const getLog =
  (station: Station): Handler<'GetLog'> =>
  (request) =>
    station.logUpload.begin(request)
