import { unobserved } from '@interlock/kernel'
import { exits, UsageError, type Command, type Invocation } from '../command.ts'
import { textOf } from '../conformance/foreign-proof.ts'
import type { FlagSpecs, FlagValues } from '../flags.ts'
import { refuse } from '../refusal.ts'
import { answered, type Ask } from '../stations/at-desk.ts'

const flags: FlagSpecs = {
  dcc: { kind: 'text', value: 'URL', help: 'the data company: https://…' },
  identity: { kind: 'text', value: 'DIR', help: 'key and chain of a user, or of the supervisor' },
  trust: { kind: 'text', value: 'FILE', help: 'PEM root of the smart-meter side' },
}
const access = '--dcc URL --identity DIR --trust FILE'
const certificate = {
  certificate: {
    kind: 'text',
    value: 'FILE',
    help: 'what the data company signs its answers with',
  },
} as const

type Item = {
  readonly reference: string
  readonly breach: string
  readonly organisation: string
  readonly role: string
  readonly service: string
  readonly target: string
}

export const quarantineList: Command = {
  name: 'quarantine list',
  summary: 'service requests that the data company holds, and which limit each broke',
  usage: `interlock quarantine list ${access}`,
  flags,
  run: async ({ flags, print }) => {
    const answer = await atCompany(flags, async (ask) => answered(await ask('GET', '')))
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const { requests } = answer.value as { requests: readonly Item[] }
    const lines = requests.map(
      ({ reference, breach, organisation, role, service, target }) =>
        `${reference.padEnd(8)}${service} of ${role} ${organisation} to ${target}: ${breach}`,
    )
    print({ requests }, requests.length === 0 ? 'nothing is held' : lines.join('\n'))
    return exits.done
  },
}

export const quarantineProcess: Command = {
  name: 'quarantine process',
  summary: 'let a held service request through, if it still may be carried out',
  usage: `interlock quarantine process REFERENCE --certificate FILE ${access}`,
  operands: 'REFERENCE',
  flags: { ...flags, ...certificate },
  async run(invocation) {
    const reference = referenceIn(invocation)
    const { flags: given, print } = invocation
    const path = textOf(given, 'certificate')
    if (path === undefined) throw new UsageError('whose signature? --certificate FILE')
    const { responseNameOf, responseWords } = await import('@interlock/duis')
    const { certificateOf } = await import('../duis/keys.ts')
    const { alertIn, answerIn } = await import('../duis/held-request.ts')
    const company = certificateOf(path)
    const answer = await atCompany(given, async (ask) => {
      const told = answered(await ask('GET', `/${reference}`))
      const alert = told.ok ? alertIn(told.value, reference, company) : told
      if (!alert.ok) return alert
      const done = answered(await ask('POST', `/${reference}/process`))
      return done.ok ? answerIn(done.value, alert.value, company) : done
    })
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const { code, detail } = answer.value
    const name = responseNameOf(code)
    if (name !== 'Accepted') return refuse(print, name, responseWords(code), detail)
    print({ reference, outcome: name }, `${reference} is carried out`)
    return exits.done
  },
}

export const quarantineDelete: Command = {
  name: 'quarantine delete',
  summary: 'give a held service request up: it is never carried out',
  usage: `interlock quarantine delete REFERENCE ${access}`,
  operands: 'REFERENCE',
  flags,
  async run(invocation) {
    const { flags: given, print } = invocation
    const reference = referenceIn(invocation)
    const answer = await atCompany(given, async (ask) =>
      answered(await ask('DELETE', `/${reference}`)),
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    print({ reference, outcome: 'Deleted' }, `${reference} is deleted`)
    return exits.done
  },
}

function referenceIn({ operands }: Invocation): string {
  const [reference, ...more] = operands
  if (reference === undefined || more.length > 0 || !/^\d{1,20}$/.test(reference))
    throw new UsageError('which one reference? It is a number, as the list has it')
  return reference
}

/**
 * Speaks with the data company as one of its users, or as the supervisor.
 * @throws UsageError when it is not said with which; Fault for what cannot be read or reached
 */
async function atCompany<Result>(
  flags: FlagValues,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const [url, identity, trust] = ['dcc', 'identity', 'trust'].map((name) => textOf(flags, name))
  if (url === undefined || identity === undefined || trust === undefined)
    throw new UsageError(`${access} are needed`)
  if (!URL.canParse(url) || !url.startsWith('https:'))
    throw new UsageError('--dcc: an address as https://dcc.example:8443')
  const { httpClient, loadIdentity, readText } = await import('@interlock/host')
  const http = httpClient({
    identity: loadIdentity(identity),
    trust: { roots: [readText(trust)] },
    activity: unobserved,
    expectRole: 'dcc',
  })
  const base = `${url.replace(/\/+$/, '')}/api/v1/quarantine`
  try {
    return await work((method, path, body) => http.request(method, `${base}${path}`, body))
  } finally {
    await http.close()
  }
}
