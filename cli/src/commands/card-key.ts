import { exits, UsageError, type Command } from '../command.ts'

/** A simulated card's key is made in its folder, as a real one's on the card. */
export const cardKey: Command = {
  name: 'card key',
  summary: 'print the public key of a simulated driver’s card, for its register',
  usage: 'interlock card key FOLDER',
  example: 'interlock card key cards/alice',
  operands: 'FOLDER',
  flags: {},
  run: async ({ operands: [folder], print }) => {
    if (folder === undefined) throw new UsageError('which folder?')
    const { publicKeyOfCard } = await import('@interlock/station')
    const key = publicKeyOfCard(folder)
    print({ key }, key ?? 'it has a number and no key')
    return exits.done
  },
}
