import { exits, type Command } from '../command.ts'

export const duisDecode: Command = {
  name: 'duis decode',
  summary: 'read a service request, response or alert and say what is in it',
  usage: 'interlock duis decode FILE    (XML; - is stdin)',
  example: 'interlock duis decode request.xml',
  operands: 'FILE',
  flags: {},
  run: async ({ operands, print, say }) => {
    const { readInput } = await import('../input.ts')
    const { documentJson, refuseDocument } = await import('../duis/read-document.ts')
    const { jsonLines } = await import('../json-lines.ts')
    const text = await readInput(operands)
    // Examples carry comments; a document that is acted on may have none.
    const xml = withoutComments(text)
    const document = documentJson(xml)
    if (!document.ok) return refuseDocument(print, document)
    if (xml !== text) say('its comments are left out; the DCC refuses a document that has any')
    print(document.value, jsonLines(document.value).join('\n'))
    return exits.done
  },
}

/** A comment without an end stays, for the document to be refused for. */
function withoutComments(text: string): string {
  const kept: string[] = []
  let from = 0
  for (;;) {
    const start = text.indexOf('<!--', from)
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4)
    if (end < 0) return [...kept, text.slice(from)].join('')
    kept.push(text.slice(from, start))
    from = end + 3
  }
}
