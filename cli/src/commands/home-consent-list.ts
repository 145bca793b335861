import { atServer, serverAccess } from '../at-server.ts'
import { exits, UsageError, type Command } from '../command.ts'
import { textOf } from '../flags.ts'
import { readInput } from '../input.ts'
import { refuse, refuseAsTold } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'
import { carrierFlags, consentWords } from './home-consent.ts'
import { chargerOf } from './paired-charger.ts'
import { wholeIn } from './topic.ts'

export const homeConsentAsk: Command = {
  name: 'home consent ask',
  summary:
    'sign, as an owner, the question what has been agreed to for a charger; good for ten minutes',
  usage: 'interlock home consent ask --device DIR --out FILE',
  example: 'interlock home consent ask --device phone --out ask.json',
  flags: {
    device: {
      kind: 'text',
      value: 'DIR',
      help: 'folder of a device that has paired with the charger',
    },
    out: { kind: 'text', value: 'FILE', help: 'where the question goes, for who carries it' },
  },
  async run({ flags, print }) {
    const [device, out] = ['device', 'out'].map((each) => textOf(flags, each))
    if (device === undefined || out === undefined)
      throw new UsageError('--device DIR --out FILE are needed')
    const { nodeCrypto, ownKey, systemClock, writeAtomic } = await import('@interlock/host')
    const { askConsents } = await import('@interlock/privacy')
    const { station } = await chargerOf(device)
    const key = ownKey(`${device}/key.pem`)
    const question = askConsents(station, systemClock.now(), key, nodeCrypto)
    writeAtomic(out, `${JSON.stringify(question)}\n`, 0o644)
    print({ ok: true, station }, `${out}: what has been agreed to for ${station}?`)
    return exits.done
  },
}

export const homeConsentList: Command = {
  name: 'home consent list',
  summary:
    'who may read what of a home, since when, and what was withdrawn, as its owner has asked',
  usage: `interlock home consent list FILE [--before N] ${serverAccess}`,
  example:
    'interlock home consent list ask.json --at https://keys.example:8444 --identity csms --trust root.pem',
  operands: 'FILE',
  flags: {
    ...carrierFlags,
    before: { kind: 'text', value: 'N', help: 'those before that number; the newest unless given' },
  },
  async run({ flags, operands, print }) {
    const { parseJson } = await import('@interlock/kernel')
    const { readConsentsPage, readQuestion } = await import('@interlock/privacy')
    const json = parseJson(await readInput(operands), 2)
    const question = json.ok ? readQuestion(json.value) : json
    if (!question.ok) return refuse(print, 'ConsentMalformed', 'that is no question of an owner')
    const query = flags['before'] === undefined ? '' : `?before=${wholeIn(flags, 'before', 1)}`
    const answer = await atServer(
      flags,
      async (http, base) =>
        answered(await http.request('POST', `${base}/consents/asked${query}`, question.value)),
      'keyserver',
    )
    if (!answer.ok) return refuseAsTold(print, answer, consentWords)
    const page = readConsentsPage(answer.value)
    if (!page.ok) return refuse(print, page.reason, 'the key server tells no consents', page.detail)
    const { items, next } = page.value
    const lines = items.map(({ statement, inForce }) => {
      const { number, at, reader, purpose, given, until } = statement
      const end = until === undefined ? '' : ` until ${timeOf(until)}`
      const stands = inForce ? `may read${end}` : given ? 'no longer in force' : 'withdrawn'
      return `${number}  ${timeOf(at)}  ${reader}  ${purpose}  ${stands}`
    })
    if (next !== null) lines.push(`there are more: --before ${next}`)
    print({ items, next }, lines.length === 0 ? 'nothing was ever agreed to' : lines.join('\n'))
    return exits.done
  },
}

const timeOf = (at: number): string => new Date(at).toISOString()
