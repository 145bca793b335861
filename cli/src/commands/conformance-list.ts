import { exits, type Command } from '../command.ts'
import { choosing } from '../conformance/flags.ts'

export const conformanceList: Command = {
  name: 'conformance list',
  summary: 'the OCPP certification cases, and which of them can be run',
  usage: 'interlock conformance list [--role csms|station] [--profile NAME] [--id ID]',
  example: 'interlock conformance list --role station --profile Core',
  flags: choosing,
  run: async ({ flags, print }) => {
    const { readChoice } = await import('../conformance/options.ts')
    const { isWritten, isMandatory, profileOf } = await import('@interlock/lab/conformance')
    const { role, rows } = readChoice(flags)
    const cases = rows.map((row) => ({
      id: row.id,
      title: row.title,
      profile: profileOf(row),
      mandatory: isMandatory(row),
      requirements: row.requirements,
      capability: row.capability ?? null,
      written: isWritten(row.id),
    }))
    const lines = cases.map(
      ({ id, title, profile, mandatory, written }) =>
        `${id.padEnd(14)}${written ? ' ' : '-'} ${`${profile}, ${mandatory ? 'M' : 'C'}`.padEnd(40)}${title}`,
    )
    print({ role, total: cases.length, cases }, lines.join('\n'))
    return exits.done
  },
}
