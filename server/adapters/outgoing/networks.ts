import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** IPv4 mapped into IPv6 (`::ffff:127.0.0.1`) is treated as IPv4. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6
export type Network = [Address, number]

/** Parses an address in its usual notation; undefined for other text, and for an address with a zone (`%eth0`). */
export function parseAddress(text: string): Address | undefined {
  // The library also accepts `0x7f.1` and `127.1`, which not every resolver does.
  return isIP(text) === 0 || text.includes('%') ? undefined : ipaddr.process(text)
}

/** Parses a network. Throws for other text. A network of IPv4 addresses mapped into IPv6 becomes an IPv4 network. */
export function parseNetwork(cidr: string): Network {
  const [address, bits] = ipaddr.parseCIDR(cidr)
  const mapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96
  return mapped ? [address.toIPv4Address(), bits - 96] : [address, bits]
}

export const isWithin = (address: Address, [base, bits]: Network): boolean =>
  address.kind() === base.kind() && address.match(base as never, bits)

/** IANA's special-purpose IPv4 networks, which are not part of the public internet. */
const SPECIAL_V4 = (
  [
    ['0.0.0.0/8', 'an address of this machine'],
    ['10.0.0.0/8', 'a private address'],
    ['100.64.0.0/10', 'a carrier’s inner address'],
    ['127.0.0.0/8', 'an address of this machine'],
    ['169.254.0.0/16', 'a link-local address, where clouds keep their metadata'],
    ['172.16.0.0/12', 'a private address'],
    ['192.0.0.0/24', 'a reserved address'],
    ['192.0.2.0/24', 'an address for examples'],
    ['192.88.99.0/24', 'a reserved address'],
    ['192.168.0.0/16', 'a private address'],
    ['198.18.0.0/15', 'an address for measurements'],
    ['198.51.100.0/24', 'an address for examples'],
    ['203.0.113.0/24', 'an address for examples'],
    ['224.0.0.0/4', 'a multicast address'],
    ['240.0.0.0/4', 'a reserved address'],
  ] as const
).map(([cidr, reason]) => ({ cidr, reason, network: parseNetwork(cidr) }))

const SPECIAL_V6 = (
  [
    ['::/128', 'an address of this machine'],
    ['::1/128', 'an address of this machine'],
    ['fe80::/10', 'a link-local address'],
    ['fc00::/7', 'a private (unique-local) address'],
    ['ff00::/8', 'a multicast address'],
    ['2001::/23', 'a reserved address'],
    ['2001:db8::/32', 'an address for examples'],
    ['3fff::/20', 'an address for examples'],
  ] as const
).map(([cidr, reason]) => ({ cidr, reason, network: parseNetwork(cidr) }))

const GLOBAL_V6 = parseNetwork('2000::/3')

const NAT64 = parseNetwork('64:ff9b::/96')
const SIX_TO_FOUR = parseNetwork('2002::/16')
const IPV4_COMPATIBLE = parseNetwork('::/96')
const LOOPBACK_OR_NONE = parseNetwork('::/127')

/** Returns the IPv4 address embedded in an IPv6 one (6to4, NAT64, the old IPv4-compatible form), which decides. */
function embeddedIPv4(address: Address): Address | undefined {
  const bytes = address.toByteArray()
  if (isWithin(address, SIX_TO_FOUR)) return new ipaddr.IPv4(bytes.slice(2, 6))
  const low = isWithin(address, NAT64) || (isWithin(address, IPV4_COMPATIBLE) && !isWithin(address, LOOPBACK_OR_NONE))
  return low ? new ipaddr.IPv4(bytes.slice(12)) : undefined
}

/** Returns why an address is not part of the public internet, with its network; undefined if it is. */
export function whyNotPublic(address: Address): { reason: string; cidr: string } | undefined {
  if (address.kind() === 'ipv4') return SPECIAL_V4.find(s => isWithin(address, s.network))
  const inner = embeddedIPv4(address)
  if (inner) return whyNotPublic(inner)
  return (
    SPECIAL_V6.find(s => isWithin(address, s.network)) ??
    (isWithin(address, GLOBAL_V6) ? undefined : { reason: 'a reserved address', cidr: '::/0' })
  )
}
