import { Fault } from '@interlock/kernel'
import { exits, UsageError, type Command, type Invocation } from './command.ts'
import { commands } from './commands/index.ts'
import { describeFlags, parseFlags, type FlagSpecs } from './flags.ts'

const common: FlagSpecs = {
  json: { kind: 'switch', help: 'print one JSON object on stdout' },
  help: { kind: 'switch', help: 'explain this command' },
}

/** Runs one command line and returns its exit code: 0 done, 1 failed, 2 usage, 3 environment. */
export async function main(args: readonly string[]): Promise<number> {
  const command = find(args)
  if (command === undefined) {
    const asked = args[0] === undefined || args[0] === '--help' || args[0] === 'help'
    process[asked ? 'stdout' : 'stderr'].write(overview(asked ? undefined : args[0]))
    return asked ? exits.done : exits.usage
  }
  const specs = { ...command.flags, ...common }
  const parsed = parseFlags(args.slice(command.name.split(' ').length), specs)
  const json = args.includes('--json')
  if (!parsed.ok) return fail(new UsageError(parsed.problem), json, command)
  const { flags, operands } = parsed
  if (flags['help'] === true) {
    process.stdout.write(`${command.usage}\n\n${command.summary}\n\n${describeFlags(specs)}\n`)
    return exits.done
  }
  const [stray] = operands
  if (command.operands === undefined && stray !== undefined)
    return fail(new UsageError(`“${stray}” is not expected here`), json, command)
  try {
    return await command.run({ flags, operands, ...output(json) })
  } catch (error) {
    return fail(error, json, command)
  }
}

/** The longest command name that the line starts with: `audit verify` before `audit`. */
const find = (args: readonly string[]): Command | undefined =>
  commands
    .filter(({ name }) => name.split(' ').every((word, index) => args[index] === word))
    .toSorted((left, right) => right.name.length - left.name.length)[0]

const output = (json: boolean): Pick<Invocation, 'print' | 'say'> => ({
  print: (value, words) => void process.stdout.write(`${json ? JSON.stringify(value) : words}\n`),
  say: (words) => void process.stderr.write(`${words}\n`),
})

function fail(error: unknown, json: boolean, command: Command): number {
  const usage = error instanceof UsageError
  const known = error instanceof Fault || usage
  const message = error instanceof Error ? error.message : String(error)
  const remedy = error instanceof Fault ? error.remedy : usage ? command.usage : undefined
  const code = error instanceof Fault ? error.code : usage ? 'Usage' : 'Bug'
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`)
  process.stderr.write(`interlock: ${message}${remedy === undefined ? '' : `\n  ${remedy}`}\n`)
  if (!known && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  return usage ? exits.usage : error instanceof Fault ? exits.environment : exits.failed
}

const nameWidth = Math.max(...commands.map(({ name }) => name.length)) + 2

function overview(unknown: string | undefined): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(nameWidth)}${summary}`)
  const head = unknown === undefined ? '' : `interlock: there is no command “${unknown}”\n\n`
  return `${head}interlock COMMAND [--json] [--help]\n\n${lines.join('\n')}\n`
}
