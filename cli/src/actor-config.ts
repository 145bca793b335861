import { UsageError, type Command } from './command.ts'
import { textOf, type FlagValues } from './flags.ts'

/**
 * What an actor is started with.
 * @throws UsageError where no configuration was named
 */
export function actorArguments(flags: FlagValues, { example }: Pick<Command, 'example'>): string[] {
  const config = textOf(flags, 'config')
  if (config === undefined) throw new UsageError(`which configuration? As in: ${example}`)
  return ['--config', config]
}
