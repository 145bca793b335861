import { buildCommand } from './build-command.mjs'

/** Tests run the command as `npm ci` leaves it, also after a source has changed. Once for all workers. */
export async function setup(): Promise<void> {
  await buildCommand()
}
