import { pino, type Logger } from 'pino'

/** Structured logging. `fields` says which thing, `message` what happened to it. */
export type Log = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Log
}

/** Never printed, wherever a caller puts them. */
const secrets = ['secret', 'password', 'installCode', 'hanKey', 'keyPem'].flatMap((field) => [
  field,
  `*.${field}`,
])

/** JSON lines on stderr, so that stdout stays free for results. `LOG_LEVEL` sets the level. */
export function createLog(name: string): Log {
  const wanted = process.env['LOG_LEVEL'] ?? 'info'
  const level = wanted in pino.levels.values || wanted === 'silent' ? wanted : 'info'
  const redact = { paths: secrets, censor: '(secret)' }
  return logOf(pino({ name, level, redact }, pino.destination({ dest: 2, sync: true })))
}

const logOf = (logger: Logger): Log => ({
  info: (fields, message) => logger.info(fields, message),
  warn: (fields, message) => logger.warn(fields, message),
  error: (fields, message) => logger.error(fields, message),
  child: (fields) => logOf(logger.child(fields)),
})

/** For tests. */
export const silentLog: Log = {
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
}
