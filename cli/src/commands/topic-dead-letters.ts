import type { DeadLetter, DeadLettersPage } from '@interlock/topics'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, UsageError, type Command } from '../command.ts'
import { textOf, type FlagValues } from '../flags.ts'
import { refuse } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'
import { wholeIn } from './topic.ts'

export const topicDeadLetters: Command = {
  name: 'topic dead-letters',
  summary: 'what an actor was brought by topic and could not use: why, by whom and when',
  usage: `interlock topic dead-letters [--limit N] [--cursor C] (${serverAccess} | --data DIR)`,
  example:
    'interlock topic dead-letters --at https://emsp.example:8443 --identity console --trust root.pem',
  flags: {
    ...serverFlags({
      at: 'an actor that reads topics: https://…; or',
      identity: 'key and chain of its own people',
    }),
    data: { kind: 'text', value: 'DIR', help: 'data folder of one, as a charger that has no door' },
    limit: { kind: 'text', value: 'N', help: 'so many, the newest first; 50 unless given' },
    cursor: { kind: 'text', value: 'C', help: 'those before, as the page before it says' },
  },
  async run({ flags, print }) {
    const { limits } = await import('@interlock/contract')
    const limit = wholeIn(flags, 'limit', 50)
    if (limit < 1 || limit > limits.deadLettersMax)
      throw new UsageError(`--limit: 1 to ${limits.deadLettersMax}`)
    const data = textOf(flags, 'data')
    const asked = {
      limit,
      ...(flags['cursor'] !== undefined && { before: wholeIn(flags, 'cursor', 0) }),
    }
    const read = data === undefined ? await atActor(flags, asked) : await onDisk(data, asked)
    if (!read.ok) return refuse(print, read.reason, read.detail ?? '')
    const { items, next } = read.value
    const lines = items.map(({ number, at, reason, detail, topic, author, sequence, sealedAt }) => {
      const why = detail === null ? reason : `${reason} (${detail})`
      const whose = author === null ? 'of nobody' : `by ${author}, ${sequence}, sealed ${sealedAt}`
      return `${number}  ${at}  ${why}  ${topic}  ${whose}`
    })
    if (next !== null) lines.push(`there are more: --cursor ${next}`)
    print({ items, next }, lines.length === 0 ? 'none is kept' : lines.join('\n'))
    return exits.done
  },
}

type Asked = { readonly limit: number; readonly before?: number }

async function atActor(flags: FlagValues, { limit, before }: Asked) {
  const query = new URLSearchParams({
    limit: `${limit}`,
    ...(before !== undefined && { cursor: `${before}` }),
  })
  const answer = await atServer(flags, async (http, base) =>
    answered(await http.request('GET', `${base}/dead-letters?${query}`)),
  )
  return answer.ok ? { ok: true as const, value: answer.value as DeadLettersPage } : answer
}

async function onDisk(data: string, asked: Asked) {
  const { journalEntries } = await import('@interlock/host')
  const { ok } = await import('@interlock/kernel')
  const { deadLettersPage } = await import('@interlock/topics')
  const letters = journalEntries(`${data}/topics/dead-letters.journal`) as readonly DeadLetter[]
  return ok(deadLettersPage(letters, asked))
}
