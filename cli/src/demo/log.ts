import { createLog, type Log } from '@interlock/host'

/** Progress is told in sentences; of the actors' logs only errors show, unless `LOG_LEVEL` asks for more. */
export function demoLog(): Log {
  process.env['LOG_LEVEL'] ??= 'error'
  return createLog('demo')
}
