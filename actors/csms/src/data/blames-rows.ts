/** SQLSTATE classes: data that cannot be held, a constraint that is broken, a limit of one row. */
const ofRows = /^(?:22|23|54)/

/** Whether PostgreSQL refused a statement because of what one of its rows says. */
export const blamesRows = (cause: unknown): boolean =>
  typeof cause === 'object' &&
  cause !== null &&
  'code' in cause &&
  typeof cause.code === 'string' &&
  ofRows.test(cause.code)
