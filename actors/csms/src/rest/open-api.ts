import { problemType, type Endpoint } from '@interlock/host'
import { roles } from '@interlock/kernel'
import { openDoors } from './open-doors.ts'

/** The interface as OpenAPI 3.1 describes it, made from the very rows that serve it. */
export function openApiEndpoint(others: readonly Endpoint[]): Endpoint {
  const self: Endpoint = {
    method: 'GET',
    url: '/openapi.json',
    roles,
    summary: 'This description.',
    handle: () => ({ status: 200, body: openApi([...others, self]) }),
  }
  return self
}

export function openApi(endpoints: readonly Endpoint[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.url.replaceAll(/:([A-Za-z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Interlock CSMS',
      version: '1',
      description:
        'Clients authenticate with a certificate of the charging root. Its role decides, and its ' +
        'organisation, which is that of this CSMS unless an operation is for `any`. Lists are ' +
        'pages of `items` with a `next` cursor; refusals are problem+json (RFC 9457).',
    },
    paths,
    components: { securitySchemes: { mutualTLS: { type: 'mutualTLS' } } },
    security: [{ mutualTLS: [] }],
  }
}

function operationOf({ method, url, roles: permitted, body, answer, summary }: Endpoint): object {
  const named = [...url.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const list = summary !== undefined && method === 'GET'
  const paged = ['cursor', 'limit'].map((name) => ({
    name,
    in: 'query',
    required: false,
    schema: { type: 'string' },
  }))
  const key = { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } }
  return {
    ...(summary === undefined ? {} : { summary }),
    'x-roles': permitted,
    'x-organisation': openDoors.includes(`${method} ${url}`) ? 'any' : 'own',
    parameters: [...named, ...(list ? paged : []), ...(method === 'POST' ? [key] : [])],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      '2XX': { description: 'Done.', content: { 'application/json': { schema: answer ?? {} } } },
      default: {
        description: 'Refused, with the reason.',
        content: {
          [problemType]: {
            schema: {
              type: 'object',
              required: ['type', 'title', 'status', 'reason'],
              properties: {
                type: { type: 'string' },
                title: { type: 'string' },
                status: { type: 'integer' },
                reason: { type: 'string' },
                detail: { type: 'string' },
              },
            },
          },
        },
      },
    },
  }
}
