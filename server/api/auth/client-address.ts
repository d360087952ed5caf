import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

type Asked = Pick<IncomingMessage, 'headers' | 'socket'>

/** An IPv4 address that came over an IPv6 socket is the same address. */
const plain = (address: string) => address.trim().replace(/^::ffff:(?=\d+\.)/i, '')
const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/**
 * Whose address sign-in attempts are counted by. A forwarded address is believed only from a proxy of `FLEXIML_TRUSTED_PROXIES`: read from
 * the right, the first that is none of them. Whatever else a client writes into the header is ignored.
 */
export function clientAddress(trustedNetworks: readonly string[]): (req: Asked) => string {
  const trusted = new BlockList()
  for (const network of trustedNetworks) {
    const [base = '', bits = ''] = network.split('/')
    trusted.addSubnet(base, Number(bits), family(base))
  }
  const isProxy = (address: string) => isIP(address) !== 0 && trusted.check(address, family(address))
  return req => {
    const socket = plain(req.socket.remoteAddress ?? 'unknown')
    if (!isProxy(socket)) return socket
    const header = req.headers['x-forwarded-for']
    const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map(plain)
    const client = hops.reverse().find(hop => !isProxy(hop))
    return client !== undefined && isIP(client) !== 0 ? client : socket
  }
}
