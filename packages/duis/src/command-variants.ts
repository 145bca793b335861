/**
 * What a command variant makes of a request: where the command goes, and in which of its forms it comes.
 * Critical requests take 4, and then one of 5, 6 and 7; the others take 1, 2 or 3; what is asked of the
 * data company alone takes 8. The standard's 9 is the data company's own, and in no request of a user.
 */
export type CommandVariantRow = {
  readonly words: string
  /** `transform` brings back a pre-command, `signed` carries one, `company` is no command at all. */
  readonly form: 'plain' | 'transform' | 'signed' | 'company'
  /** The command goes to the device over the wide area network, and its answer comes back. */
  readonly wideArea: boolean
  /** The command comes back to its user, with the data company's MAC, to be delivered locally. */
  readonly local: boolean
}

export const commandVariants = {
  1: { words: 'a command for the device', form: 'plain', wideArea: true, local: false },
  2: { words: 'a command to deliver locally', form: 'plain', wideArea: false, local: true },
  3: {
    words: 'a command for the device, and a copy to deliver locally',
    form: 'plain',
    wideArea: true,
    local: true,
  },
  4: { words: 'asks for a pre-command', form: 'transform', wideArea: false, local: false },
  5: { words: 'brings the signed pre-command', form: 'signed', wideArea: true, local: false },
  6: {
    words: 'brings the signed pre-command, to deliver the command locally',
    form: 'signed',
    wideArea: false,
    local: true,
  },
  7: {
    words: 'brings the signed pre-command, and asks for a copy to deliver locally',
    form: 'signed',
    wideArea: true,
    local: true,
  },
  8: { words: 'asks the data company itself', form: 'company', wideArea: false, local: false },
} as const satisfies Record<number, CommandVariantRow>

export type CommandVariant = keyof typeof commandVariants
export const variantRow = (variant: CommandVariant): CommandVariantRow => commandVariants[variant]

/** The variant that a header spells, `undefined` for any other text. */
export function parseCommandVariant(text: string): CommandVariant | undefined {
  const number = /^[1-8]$/.test(text) ? Number(text) : undefined
  return number as CommandVariant | undefined
}
