import type { Command } from '../command.ts'

export const gbcsExplain: Command = {
  name: 'gbcs explain',
  summary: 'every byte of a smart-meter message, field by field',
  usage: 'interlock gbcs explain FILE    (hex or base64; - is stdin)',
  example: 'interlock gbcs explain message.hex',
  operands: 'FILE',
  flags: {},
  run: async (invocation) => {
    const { withMessage } = await import('../gbcs/read-message.ts')
    const { partsJson, partsWords } = await import('../gbcs/frame-words.ts')
    return await withMessage(invocation, ({ parts }) => ({
      value: { fields: partsJson(parts) },
      words: partsWords(parts),
    }))
  },
}
