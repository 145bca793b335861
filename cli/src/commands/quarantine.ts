import { exits, UsageError, type Command, type Invocation } from '../command.ts'
import {
  atCompany,
  certificateFlag,
  certificateIn,
  companyAccess,
  companyFlags,
} from '../dcc/at-company.ts'
import { ok, type Outcome } from '@interlock/kernel'
import type { FlagValues } from '../flags.ts'
import { refuse } from '../refusal.ts'
import { answered, type Ask } from '../stations/at-desk.ts'

const flags = companyFlags
const access = companyAccess

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
  example:
    'interlock quarantine list --dcc https://dcc.example:8443 --identity supplier --trust smart-meter.pem',
  flags,
  run: async ({ flags, print }) => {
    const answer = await atQuarantine(flags, everyPage)
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const requests = answer.value
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
  example:
    'interlock quarantine process 17 --certificate dcc.pem --dcc https://dcc.example:8443 --identity supplier --trust smart-meter.pem',
  operands: 'REFERENCE',
  flags: { ...flags, ...certificateFlag },
  async run(invocation) {
    const reference = referenceIn(invocation)
    const { flags: given, print } = invocation
    const path = certificateIn(given)
    const { responseNameOf, responseWords } = await import('@interlock/duis')
    const { certificateOf } = await import('../duis/keys.ts')
    const { alertIn, answerIn } = await import('../duis/held-request.ts')
    const company = certificateOf(path)
    const answer = await atQuarantine(given, async (ask) => {
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
  example:
    'interlock quarantine delete 17 --dcc https://dcc.example:8443 --identity supplier --trust smart-meter.pem',
  operands: 'REFERENCE',
  flags,
  async run(invocation) {
    const { flags: given, print } = invocation
    const reference = referenceIn(invocation)
    const answer = await atQuarantine(given, async (ask) =>
      answered(await ask('DELETE', `/${reference}`)),
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    print({ reference, outcome: 'Deleted' }, `${reference} is deleted`)
    return exits.done
  },
}

/** Page after page, as long as the data company says where the next begins. */
export async function everyPage(ask: Ask): Promise<Outcome<readonly Item[], string>> {
  const all: Item[] = []
  for (let path: string | undefined = ''; path !== undefined;) {
    const page = answered(await ask('GET', path))
    if (!page.ok) return page
    const { requests, next } = page.value as { requests: readonly Item[]; next?: string }
    all.push(...requests)
    path = next !== undefined && requests.length > 0 ? `?after=${next}` : undefined
  }
  return ok(all)
}

function referenceIn({ operands }: Invocation): string {
  const [reference, ...more] = operands
  if (reference === undefined || more.length > 0 || !/^\d{1,20}$/.test(reference))
    throw new UsageError('which one reference? It is a number, as the list has it')
  return reference
}

/** What the data company holds. @throws UsageError, Fault */
const atQuarantine = <Result>(
  flags: FlagValues,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> =>
  atCompany(flags, ({ http, url }) =>
    work((method, path, body) => http.request(method, `${url}/api/v1/quarantine${path}`, body)),
  )
