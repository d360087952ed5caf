import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { AppError } from '#server/kernel/errors.ts'
import { isWithin, parseAddress, parseNetwork, whyNotPublic } from './networks.ts'

/** Which addresses users may connect to. One object per process: connections are pooled by it. */
export interface OutgoingPolicy {
  /** Allowed networks as `10.0.0.0/8`, in addition to the public internet. */
  privateNetworks: readonly string[]
  /** Returns all addresses of a name; tests replace it. */
  resolve(host: string): Promise<string[]>
}

const resolveName = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(a => a.address)

const policies = new WeakMap<object, OutgoingPolicy>()

/** Returns the policy of this process from FLEXIML_PRIVATE_NETWORKS. */
export function outgoingPolicy(kernel: { env: { FLEXIML_PRIVATE_NETWORKS: string[] } }): OutgoingPolicy {
  const known = policies.get(kernel.env)
  if (known) return known
  const policy = { privateNetworks: kernel.env.FLEXIML_PRIVATE_NETWORKS, resolve: resolveName }
  policies.set(kernel.env, policy)
  return policy
}

const REFUSED = 'outgoing'

/** Returns true for a refusal of this guard (which use cases audit), false for a server that cannot be reached. */
export const isOutgoingRefusal = (error: unknown): error is AppError =>
  error instanceof AppError && error.details?.[0]?.refused === REFUSED

/** Returns the reason to refuse an address, or undefined. */
export function whyRefused(policy: OutgoingPolicy, text: string): { reason: string; cidr: string } | undefined {
  const address = parseAddress(text)
  if (!address) return { reason: 'no address', cidr: '' }
  const why = whyNotPublic(address)
  if (!why || policy.privateNetworks.some(n => isWithin(address, parseNetwork(n)))) return undefined
  return why
}

/**
 * Returns the canonical form of a host: `0x7f.1`, `2130706433`, `127.0.0.1.` and `[::ffff:7f00:1]` become plain addresses. Throws `invalid`
 * for text that is no host.
 */
export function canonicalHost(host: string): string {
  const bracketed = isIP(host) === 6 ? `[${host}]` : host
  const url = /[/?#@\\\s%]/.test(host) ? null : URL.parse(`http://${bracketed}:1/`)
  if (!url?.hostname)
    throw new AppError('invalid', `“${host.slice(0, 200)}” is not a host.`, {
      hint: 'Enter a name such as db.example.org, or an address.',
    })
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

/** Resolves a host to the addresses that may be connected to. Connect to one of these, never to the name again. */
export async function allowedAddresses(policy: OutgoingPolicy, host: string): Promise<string[]> {
  const name = canonicalHost(host)
  const addresses = isIP(name) ? [name] : await resolveOrSay(policy, name)
  const reasons = addresses.map(a => whyRefused(policy, a))
  const allowed = addresses.filter((_, i) => reasons[i] === undefined)
  if (allowed.length > 0) return allowed
  const why = reasons[0]!
  throw new AppError('forbidden', `${host} is ${why.reason}, which data sources may not reach.`, {
    hint: `The operator of this server can allow its network (${why.cidr}) in FLEXIML_PRIVATE_NETWORKS and restart it.`,
    details: [{ refused: REFUSED, host }],
  })
}

async function resolveOrSay(policy: OutgoingPolicy, name: string): Promise<string[]> {
  const addresses = await policy.resolve(name).catch(cause => {
    throw new AppError('unavailable', `The name ${name} cannot be resolved on this server.`, {
      hint: 'Check its spelling. Names of a private network resolve only inside it.',
      cause,
    })
  })
  if (addresses.length === 0) throw new AppError('unavailable', `The name ${name} has no address.`)
  return addresses
}

/** Converts a failed connection to an `AppError` with a readable reason; refusals and other `AppError`s pass unchanged. */
export function explainConnection(error: unknown, target: string): AppError {
  for (let e: unknown = error; e instanceof Error; e = e.cause) if (e instanceof AppError) return e
  let code = ''
  for (let e: unknown = error; e instanceof Error && !code; e = e.cause)
    code = String((e as { code?: unknown }).code ?? (e instanceof AggregateError ? (e.errors[0]?.code ?? '') : ''))
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'it closed the connection',
    UND_ERR_SOCKET: 'it closed the connection',
    ETIMEDOUT: 'it did not answer in time',
    UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
    UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
    UND_ERR_BODY_TIMEOUT: 'it stopped sending',
    EHOSTUNREACH: 'there is no route to it',
    ENETUNREACH: 'there is no route to it',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
    ERR_SSL_WRONG_VERSION_NUMBER: 'it does not use TLS on this port',
  }
  return new AppError(
    'unavailable',
    `${target} could not be reached: ${reasons[code] ?? (code || 'the connection failed')}.`,
    {
      hint: 'Check address and port, and that it can be reached from this server.',
      cause: error,
    },
  )
}
