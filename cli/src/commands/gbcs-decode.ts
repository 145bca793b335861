import type { Command } from '../command.ts'

export const gbcsDecode: Command = {
  name: 'gbcs decode',
  summary: 'read a smart-meter message and say what is in it',
  usage: 'interlock gbcs decode FILE    (hex or base64; - is stdin)',
  example: 'interlock gbcs decode message.hex',
  operands: 'FILE',
  flags: {},
  run: async (invocation) => {
    const { withMessage } = await import('../gbcs/read-message.ts')
    const { frameJson } = await import('../gbcs/frame-json.ts')
    const { frameWords } = await import('../gbcs/frame-words.ts')
    return await withMessage(invocation, (read) => {
      const value = frameJson(read)
      return { value, words: frameWords(value) }
    })
  },
}
