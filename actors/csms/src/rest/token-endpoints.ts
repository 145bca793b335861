import { problem, type Endpoint } from '@interlock/host'
import { keyOfToken, Token } from '../core/token.ts'
import { settleMisuse } from '../drivers/kept-misuses.ts'
import { pageOf } from './answers.ts'
import type { Api } from './api.ts'
import { askedPage, isReply, page } from './pages.ts'

/** Tokens of drivers: what Authorize is answered from. */
export const tokenEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/tokens',
    roles: ['web'],
    answer: pageOf(Token),
    summary: 'Every token, in the order of type and identifier.',
    handle: (request) => {
      const asked = askedPage(request)
      if (isReply(asked)) return asked
      const { after, limit } = asked
      const tokens = api.context.tokens.list({ after, limit: limit + 1 })
      return page(tokens, asked, keyOfToken, (token) => token)
    },
  },
  {
    method: 'PUT',
    url: '/api/v1/tokens',
    roles: ['maintainer'],
    body: Token,
    answer: Token,
    summary: 'Puts in a token, in place of one of the same type and identifier.',
    handle: async ({ body }) => {
      const token = body as Token
      if (!(await api.context.tokens.put(token))) return problem('Unavailable', 'too many tokens')
      const { type, status } = token
      const { context } = api
      context.audit.record('TokenPut', { type, status, group: token.groupId ?? null })
      if (type === 'ISO14443' && status === 'Accepted')
        await settleMisuse(context, { uid: token.idToken, at: context.deps.clock.now() })
      return { status: 200, body: token }
    },
  },
  {
    method: 'DELETE',
    url: '/api/v1/tokens/:type/:idToken',
    roles: ['maintainer'],
    summary: 'Forgets a token.',
    handle: async ({ params }) => {
      const { type = '', idToken = '' } = params
      if (!(await api.context.tokens.remove({ type, idToken }))) return problem('NotFound')
      api.context.audit.record('TokenRemoved', { type })
      return { status: 204 }
    },
  },
]
