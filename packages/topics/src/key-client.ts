import {
  CertificateChain,
  EpochStanding,
  HeadsRead,
  HeadsStated,
  NamedReaders,
  topicName,
  type HeadsAsked,
  type SaidHead,
  type Topic,
} from '@interlock/contract'
import { outcomeOf, type HttpClient } from '@interlock/host'
import { Fault, ok, refused, type Outcome } from '@interlock/kernel'
import { Compile } from 'typebox/compile'

const shapes = {
  chain: Compile(CertificateChain),
  readers: Compile(NamedReaders),
  standing: Compile(EpochStanding),
  stated: Compile(HeadsStated),
  heads: Compile(HeadsRead),
}

/**
 * What is asked of the key server. All of it throws Fault `PeerUnavailable` when it does not answer, or could not judge:
 * that is no refusal, or a reader would pass over for good what it may read, and an author say it to nobody.
 */
export type KeyClient = {
  show(chain: string): Promise<Outcome<unknown, string>>
  join(topic: Topic): Promise<Outcome<unknown, string>>
  leave(topic: Topic): Promise<Outcome<unknown, string>>
  chainOf(thumbprint: string): Promise<Outcome<string, string>>
  readersOf(topic: Topic): Promise<Outcome<readonly string[], string>>
  /** Of a group topic that one is a member of. */
  standingOf(topic: Topic): Promise<Outcome<EpochStanding, string>>
  /** How far one has come as an author, and the run of the key server that has it now. */
  stateHeads(heads: readonly SaidHead[]): Promise<Outcome<string, string>>
  readHeads(asked: HeadsAsked): Promise<Outcome<HeadsRead, string>>
}

const tooManyRequests = 429

export function keyClient(http: HttpClient, origin: string): KeyClient {
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await http.request(method, `${origin}/api/v1/${path}`, body)
    if (answer.status >= 500 || answer.status === tooManyRequests)
      throw new Fault('PeerUnavailable', `the key server: status ${answer.status}`)
    return outcomeOf(answer)
  }
  return {
    show: (chain) => ask('PUT', 'certificates', { chain }),
    join: (topic) => ask('PUT', 'memberships', { topic: topicName(topic) }),
    leave: (topic) => ask('DELETE', 'memberships', { topic: topicName(topic) }),
    async chainOf(thumbprint) {
      const answer = await ask('GET', `certificates/${thumbprint}`)
      if (!answer.ok) return answer
      return shapes.chain.Check(answer.value) ? ok(answer.value.chain) : refused('AnswerInvalid')
    },
    async readersOf(topic) {
      const answer = await ask('GET', `readers?topic=${encodeURIComponent(topicName(topic))}`)
      if (!answer.ok) return answer
      const { value } = answer
      return shapes.readers.Check(value) ? ok(value.readers) : refused('AnswerInvalid')
    },
    async standingOf(topic) {
      const answer = await ask('GET', `epochs?topic=${encodeURIComponent(topicName(topic))}`)
      if (!answer.ok) return answer
      return shapes.standing.Check(answer.value) ? ok(answer.value) : refused('AnswerInvalid')
    },
    async stateHeads(heads) {
      const answer = await ask('PUT', 'heads', { heads })
      if (!answer.ok) return answer
      return shapes.stated.Check(answer.value) ? ok(answer.value.run) : refused('AnswerInvalid')
    },
    async readHeads(asked) {
      const answer = await ask('POST', 'heads', asked)
      if (!answer.ok) return answer
      return shapes.heads.Check(answer.value) ? ok(answer.value) : refused('AnswerInvalid')
    },
  }
}
