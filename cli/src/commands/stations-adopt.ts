import { exits, UsageError, type Command } from '../command.ts'
import { textOf } from '../flags.ts'
import { refuse } from '../refusal.ts'
import { answered, atDesk, deskFlags } from '../stations/at-desk.ts'

type Knock = { readonly register: { readonly trustMode: string } | null }

export const stationsAdopt: Command = {
  name: 'stations adopt',
  summary: 'take a station that knocks into a CSMS, as the supervisor’s register has it',
  usage:
    'interlock stations adopt ID --data DIR [--trust-mode MODE] [--security-profile 1|2|3] [--password-file FILE]',
  example: 'interlock stations adopt STATION-7 --data street',
  operands: 'ID',
  flags: {
    ...deskFlags,
    'trust-mode': {
      kind: 'text',
      choices: ['supervised', 'standard'],
      help: 'refused unless the register has it so; the register’s when not given',
    },
    'security-profile': {
      kind: 'whole',
      min: 1,
      max: 3,
      value: '1|2|3',
      help: 'a standard station is never let in under a lower one',
    },
    'password-file': {
      kind: 'text',
      value: 'FILE',
      help: 'of a standard station under security profile 1 or 2',
    },
    eui: { kind: 'text', value: 'EUI', help: 'as on its label; refused unless the register’s' },
    meter: { kind: 'text', value: 'EUI', help: 'the smart meter whose tariff the home pays' },
  },
  run: async ({ flags, operands, print }) => {
    const [id, ...more] = operands
    if (id === undefined || more.length > 0) throw new UsageError('which one station?')
    const path = `/knocks/${encodeURIComponent(id)}`
    const passwordFile = textOf(flags, 'password-file')
    const { readText } = await import('@interlock/host')
    const password =
      passwordFile === undefined ? undefined : readText(passwordFile).replace(/\r?\n$/, '')
    const adopted = await atDesk(flags, async (ask) => {
      const found = answered(await ask('GET', path))
      if (!found.ok) return found
      const { register } = found.value as Knock
      const said = {
        trustMode: textOf(flags, 'trust-mode') ?? register?.trustMode,
        securityProfile: flags['security-profile'],
        password,
        eui: textOf(flags, 'eui'),
        meter: textOf(flags, 'meter'),
      }
      return answered(await ask('POST', `${path}/adoption`, said))
    })
    if (!adopted.ok) return refuse(print, adopted.reason, adopted.detail ?? '')
    const { trustMode } = adopted.value as { trustMode: string }
    print(
      adopted.value as object,
      `${id} is adopted as ${trustMode}; it is let in when it comes again`,
    )
    return exits.done
  },
}
