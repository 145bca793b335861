import { Fault } from '@interlock/kernel'
import { pino, type DestinationStream, type Logger } from 'pino'

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
  return logTo(pino.destination({ dest: 2, sync: true }), name, level)
}

/** JSON lines to anything that takes text. */
export function logTo(stream: DestinationStream, name: string, level: string): Log {
  const redact = { paths: secrets, censor: '(secret)' }
  const formatters = { log: withErrors }
  // Pino's own, for `err`, would see what is no Error any more.
  const serializers = { err: (value: unknown) => value }
  return logOf(pino({ name, level, redact, formatters, serializers }, stream))
}

/** An Error's message is no property that JSON shows; of a Fault it names the file, URL or peer. */
const withErrors = (fields: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Error ? errorFields(value, causesMax) : value,
    ]),
  )
const causesMax = 4

function errorFields(error: Error, causes: number): object {
  const { name, cause } = error
  const { code, remedy } = error as Partial<Fault>
  const known = error instanceof Fault
  return {
    name,
    message: withoutPassword(error.message),
    ...(code === undefined ? {} : { code }),
    ...(remedy === undefined ? {} : { remedy }),
    // Where a bug is; a Fault is of the world, and its message says where.
    ...(known || error.stack === undefined ? {} : { stack: withoutPassword(error.stack) }),
    ...(cause instanceof Error && causes > 0 ? { cause: errorFields(cause, causes - 1) } : {}),
  }
}

/** The password in a URL, such as a database's. */
const withoutPassword = (text: string): string =>
  text.replaceAll(/(:\/\/[^\s:/@]*:)[^\s/@]+@/g, '$1(secret)@')

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
