import { Fault } from '@interlock/kernel'
import { exits, UsageError, type Command, type Invocation } from './command.ts'
import { commands } from './commands/index.ts'
import { visible } from './visible.ts'
import { describeFlags, parseFlags, type FlagSpecs } from './flags.ts'

const common: FlagSpecs = {
  json: { kind: 'switch', help: 'print one JSON object on stdout' },
  help: { kind: 'switch', help: 'explain this command' },
}

/** Runs one command line and returns its exit code: 0 done, 1 failed, 2 usage, 3 environment. */
export async function main(args: readonly string[]): Promise<number> {
  const command = find(args)
  if (command === undefined) return explain(args)
  const specs = { ...command.flags, ...common }
  const parsed = parseFlags(args.slice(command.name.split(' ').length), specs)
  const json = args.includes('--json')
  if (!parsed.ok) return fail(new UsageError(parsed.problem), json, command)
  const { flags, operands } = parsed
  if (flags['help'] === true) {
    process.stdout.write(helpOf(command, specs))
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

/** What a command does, takes and looks like, and which commands begin with its name. */
function helpOf({ name, usage, summary, example }: Command, specs: FlagSpecs): string {
  const under = commands.filter((each) => each.name.startsWith(`${name} `))
  const more = under.length === 0 ? '' : `\nalso:\n${linesOf(under)}\n`
  return `${usage}\n\n${summary}\n\n${describeFlags(specs)}\n\nexample:\n  ${example}\n${more}`
}

/** The longest command name that the line starts with: `audit verify` before `audit`. */
const find = (args: readonly string[]): Command | undefined =>
  commands
    .filter(({ name }) => name.split(' ').every((word, index) => args[index] === word))
    .toSorted((left, right) => right.name.length - left.name.length)[0]

const output = (json: boolean): Pick<Invocation, 'print' | 'say'> => ({
  print: (value, words) =>
    void process.stdout.write(`${json ? JSON.stringify(value) : visible(words)}\n`),
  say: (words) => void process.stderr.write(`${visible(words)}\n`),
})

function fail(error: unknown, json: boolean, command: Command): number {
  const usage = error instanceof UsageError
  const known = error instanceof Fault || usage
  const message = error instanceof Error ? error.message : String(error)
  const remedy = error instanceof Fault ? error.remedy : usage ? command.usage : undefined
  const code = error instanceof Fault ? error.code : usage ? 'Usage' : 'Bug'
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`)
  const words = `interlock: ${message}${remedy === undefined ? '' : `\n  ${remedy}`}`
  process.stderr.write(`${visible(words)}\n`)
  if (!known && error instanceof Error) process.stderr.write(`${visible(error.stack ?? '')}\n`)
  return usage ? exits.usage : error instanceof Fault ? exits.environment : exits.failed
}

/** All commands, or those of one group: on stdout for who asked, else on stderr with what is wrong. */
function explain(args: readonly string[]): number {
  const words = args.filter((word) => !word.startsWith('-'))
  const [first = args.includes('--help') ? 'help' : (args[0] ?? 'help'), second] = words
  const group = commands.filter(({ name }) => name.startsWith(`${first} `))
  const isGroup = group.length > 0 && second === undefined
  if (first === 'help' || (isGroup && args.includes('--help'))) {
    process.stdout.write(overview(group))
    return exits.done
  }
  const unknown = group.length === 0 ? first : `${first} ${second}`
  const mistake = isGroup ? `${first}: which of these?` : `there is no command “${unknown}”`
  process.stderr.write(`interlock: ${visible(mistake)}\n\n${overview(group)}`)
  return exits.usage
}

/** Of these commands; of all where there are none. */
function overview(group: readonly Command[]): string {
  const [first] = group
  const shown = first === undefined ? commands : group
  const form = first === undefined ? 'COMMAND' : `${first.name.split(' ')[0]} COMMAND`
  return `interlock ${form} [--json] [--help]\n\n${linesOf(shown)}\n`
}

function linesOf(shown: readonly Command[]): string {
  const width = Math.max(...shown.map(({ name }) => name.length)) + 2
  return shown.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')
}
