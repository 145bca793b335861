import { actorConfig, ListenConfig, TrustConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Url = Type.String({ pattern: '^https?://[^\\s/]+(/\\S*)?$', maxLength: 2048 })
const Origin = Type.String({ pattern: '^https?://[^\\s/]+$', maxLength: 255 })
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const Station = Type.String({ pattern: '^[A-Za-z0-9*\\-_=+|@.]{1,48}$' })
const WebRoleName = Type.Union([
  Type.Literal('driver'),
  Type.Literal('operator'),
  Type.Literal('regulator'),
  Type.Literal('lab'),
])
const Roles = Type.Array(WebRoleName, { minItems: 1, maxItems: 4 })
const closed = { additionalProperties: false }

/** A built-in identity; `password` is a record of `hashPassword`, never the password. */
export const Account = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ pattern: '^pbkdf2-sha256\\$' }),
    roles: Roles,
    stations: Type.Union([Type.Literal('all'), Type.Array(Station)]),
  },
  closed,
)
export type Account = Static<typeof Account>

const BuiltInLogin = Type.Object(
  { kind: Type.Literal('builtIn'), accounts: Type.Array(Account, { minItems: 1, maxItems: 1000 }) },
  closed,
)

const OidcLogin = Type.Object(
  {
    kind: Type.Literal('oidc'),
    /** Issuer URL; `/.well-known/openid-configuration` is read from it. */
    issuer: Url,
    clientId: Type.String({ minLength: 1, maxLength: 255 }),
    clientSecret: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
    scope: Type.String({ default: 'openid profile', maxLength: 255 }),
    /** Claims of the ID token: an array of our role names, and of station identities. */
    rolesClaim: Type.String({ default: 'interlock_roles', maxLength: 255 }),
    stationsClaim: Type.String({ default: 'interlock_stations', maxLength: 255 }),
  },
  closed,
)
export type OidcLogin = Static<typeof OidcLogin>

/** What a person's device pins at enrolment; kept by the app vendor, not by the CSMS. */
export const Home = Type.Object(
  {
    station: Station,
    stationEui: Eui,
    /** EUI-64 of the home's LLCS: the target of its arms. */
    target: Eui,
    /** Auxiliary controller number, which is the EVSE id. */
    controller: Type.Integer({ minimum: 1, maximum: 5 }),
    ratingWatts: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    place: Type.String({ minLength: 1, maxLength: 128 }),
    /** SPKI, base64, of the supervisor by whose signature the device knows what hours were confirmed. */
    supervisorKey: Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength: 256 }),
  },
  closed,
)
export type Home = Static<typeof Home>

/** `origin` is how browsers reach it; without one it is `http://localhost:<port>`. */
const Page = Type.Object({ listen: ListenConfig, origin: Type.Optional(Origin) }, closed)

export const WebConfig = actorConfig({
  /** Folders with `key.pem` and `chain.pem`: for the charging and for the smart-meter side. */
  identity: Type.Object({ charging: Path, smartMeter: Path }, closed),
  trust: TrustConfig,
  peers: Type.Object({ csms: Url, dcc: Url, supervisor: Url, dsrsp: Type.Optional(Url) }, closed),
  /** The distribution operator whose feeders are shown, and the identity of its own desk: role `web`, of its organisation. */
  distribution: Type.Optional(Type.Object({ url: Url, identity: Path }, closed)),
  /** Where a CSMS publishes open data. */
  openData: Type.Optional(Url),
  /** Certificate (PEM) that the data company signs its answers with. */
  dccCertificate: Path,
  console: Page,
  arm: Page,
  /** Folder with the certificate browsers see. Required unless both pages stay on loopback. */
  tls: Type.Optional(Path),
  login: Type.Union([BuiltInLogin, OidcLogin]),
  homes: Type.Array(Home, { maxItems: 100_000 }),
  /** IANA name; the times people see. */
  timeZone: Type.String({ default: 'Europe/London', maxLength: 64 }),
})
export type WebConfig = Static<typeof WebConfig>
