import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { isWithin, parseAddress, parseNetwork } from '#server/adapters/outgoing/networks.ts'

/** Normalizes an address: an IPv4 address that came over an IPv6 socket gives the same text. */
const plain = (text: string) => parseAddress(text.trim())?.toString() ?? text.trim()

/**
 * Returns the address by which sign-in attempts are counted. A forwarded address counts only if a proxy of `FLEXIML_TRUSTED_PROXIES` sent
 * it: from the right, the first address that is not one of these proxies. The rest of the header is ignored.
 */
export function clientAddress(
  trustedNetworks: readonly string[],
): (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string {
  const trusted = trustedNetworks.map(parseNetwork)
  const isProxy = (text: string) => {
    const address = parseAddress(text)
    return address !== undefined && trusted.some(network => isWithin(address, network))
  }
  return request => {
    const socket = plain(request.socket.remoteAddress ?? 'unknown')
    if (!isProxy(socket)) return socket
    const header = request.headers['x-forwarded-for']
    const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map(plain)
    const client = hops.reverse().find(hop => !isProxy(hop))
    return client !== undefined && isIP(client) !== 0 ? client : socket
  }
}
