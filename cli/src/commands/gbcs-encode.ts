import { exits, type Command } from '../command.ts'

export const gbcsEncode: Command = {
  name: 'gbcs encode',
  summary: 'the bytes of a smart-meter message written as JSON',
  usage: 'interlock gbcs encode FILE    (JSON as `gbcs decode --json` prints it; - is stdin)',
  example: 'interlock gbcs encode message.json',
  operands: 'FILE',
  flags: {},
  run: async ({ operands, print }) => {
    const { toHex } = await import('@interlock/kernel')
    const { readInput } = await import('../input.ts')
    const { bytesOfJson } = await import('../gbcs/frame-json.ts')
    const { refuse } = await import('../refusal.ts')
    const bytes = bytesOfJson(await readInput(operands))
    if (!(bytes instanceof Uint8Array))
      return refuse(print, 'MessageInvalid', bytes.message, `${bytes.field}: `)
    print({ message: toHex(bytes) }, toHex(bytes))
    return exits.done
  },
}
