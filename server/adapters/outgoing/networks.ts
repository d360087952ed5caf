import { isIP, isIPv4 } from 'node:net'

/** An address as a number of its family; IPv4 written within IPv6 (`::ffff:127.0.0.1`) is IPv4. */
export interface Address {
  family: 4 | 6
  value: bigint
}

const v4 = (text: string) => text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)

function v6(text: string): bigint {
  // The last 32 bits may be written as IPv4.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const whole = dotted
    ? `${dotted[1]}${(v4(dotted[2]!) >> 16n).toString(16)}:${(v4(dotted[2]!) & 0xffffn).toString(16)}`
    : text
  const [head = '', tail] = whole.split('::')
  const words = (part: string) => (part === '' ? [] : part.split(':').map(w => BigInt(`0x${w}`)))
  const [before, after] = [words(head), words(tail ?? '')]
  const zeros = tail === undefined ? [] : Array<bigint>(8 - before.length - after.length).fill(0n)
  return [...before, ...zeros, ...after].reduce((sum, word) => (sum << 16n) | word, 0n)
}

/** Undefined when the text is no address; a zone (`%eth0`) makes it none. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, value: v4(text) }
  if (isIP(text) !== 6 || text.includes('%')) return undefined
  const value = v6(text)
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffff_ffffn } : { family: 6, value }
}

interface Network extends Address {
  bits: number
}

export function parseNetwork(cidr: string): Network {
  const [text = '', bits = ''] = cidr.split('/')
  const mapped = /^::ffff:/i.test(text) && Number(bits) >= 96
  const address = parseAddress(text)
  if (!address) throw new Error(`${cidr} is not a network`)
  return { ...address, bits: mapped ? Number(bits) - 96 : Number(bits) }
}

export function isWithin(address: Address, network: Network): boolean {
  const rest = BigInt((network.family === 4 ? 32 : 128) - network.bits)
  return address.family === network.family && address.value >> rest === network.value >> rest
}

/** IANA's special-purpose IPv4 networks: what of it is not the public internet. */
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
).map(([cidr, words]) => ({ cidr, words, network: parseNetwork(cidr) }))

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
).map(([cidr, words]) => ({ cidr, words, network: parseNetwork(cidr) }))

const GLOBAL_V6 = parseNetwork('2000::/3')

/** IPv6 addresses that only wrap an IPv4 one, which decides: 6to4, NAT64, and the old IPv4-compatible form. */
function wrapped({ value }: Address): Address | undefined {
  const low = { family: 4 as const, value: value & 0xffff_ffffn }
  if (value >> 112n === 0x2002n) return { family: 4, value: (value >> 80n) & 0xffff_ffffn }
  if (value >> 32n === 0x64_ff9b_0000_0000_0000_0000n) return low
  // `::` and `::1` have their own words.
  if (value >> 32n === 0n && value > 1n) return low
  return undefined
}

/** Why an address is not the public internet, with the network it lies in; undefined: it is. */
export function whyNotPublic(address: Address): { words: string; cidr: string } | undefined {
  if (address.family === 4) return SPECIAL_V4.find(s => isWithin(address, s.network))
  const inner = wrapped(address)
  if (inner) return whyNotPublic(inner)
  return (
    SPECIAL_V6.find(s => isWithin(address, s.network)) ??
    (isWithin(address, GLOBAL_V6) ? undefined : { words: 'a reserved address', cidr: '::/0' })
  )
}
