import type { FlagSpecs } from '../flags.ts'

/** The flags that choose cases. */
export const choosing: FlagSpecs = {
  role: { kind: 'text', choices: ['csms', 'station'], help: 'which end is under test (csms)' },
  profile: { kind: 'text', value: 'NAME', help: 'only the cases of a certification profile' },
  id: { kind: 'texts', value: 'ID', help: 'only that case, as TC_B_06_CSMS; may be repeated' },
}

/** The flags that say how an end of someone else is reached. */
export const foreignEnd: FlagSpecs = {
  station: {
    kind: 'texts',
    value: 'ID',
    help: 'a station that a foreign CSMS knows; or which the foreign station is',
  },
  'security-profile': {
    kind: 'whole',
    min: 1,
    max: 3,
    value: 'N',
    help: 'how it connects (1 for ws, 2 for wss)',
  },
  'password-file': {
    kind: 'text',
    value: 'FILE',
    help: 'of the station, security profiles 1 and 2',
  },
  identity: { kind: 'texts', value: 'DIR', help: "key.pem and chain.pem of the runner's end" },
  trust: { kind: 'text', value: 'FILE', help: 'PEM roots of the other end' },
  trigger: { kind: 'text', value: 'URL', help: 'has a foreign CSMS send what is POSTed there' },
  'trigger-authorization': {
    kind: 'text',
    value: 'FILE',
    help: 'the Authorization header of that call',
  },
  tokens: { kind: 'text', value: 'FILE', help: 'JSON of the tokens that a foreign CSMS knows' },
  listen: { kind: 'text', value: 'HOST:PORT', help: 'where a foreign station is waited for' },
}
