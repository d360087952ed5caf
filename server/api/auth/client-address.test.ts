import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { it } from 'node:test'
import { clientAddress } from './client-address.ts'

const cases: [trusted: string[], socket: string, forwarded: string | undefined, address: string][] = [
  [[], '203.0.113.9', '10.9.9.9', '203.0.113.9'],
  [[], '::ffff:203.0.113.9', undefined, '203.0.113.9'],
  [['10.0.0.0/8'], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  [['10.0.0.0/8'], '10.0.0.2', '198.51.100.1', '198.51.100.1'],
  [['10.0.0.0/8'], '::ffff:10.0.0.2', '1.2.3.4, 198.51.100.1, 10.0.0.7', '198.51.100.1'],
  [['10.0.0.0/8'], '10.0.0.2', undefined, '10.0.0.2'],
  [['10.0.0.0/8'], '10.0.0.2', '198.51.100.1, nonsense', '10.0.0.2'],
  [['fd00::/8'], 'fd00::2', '2001:db8::1', '2001:db8::1'],
]
for (const [trusted, socket, forwarded, address] of cases)
  it(`${socket} forwarding ${forwarded ?? 'nothing'}, trusting ${trusted.join() || 'nobody'}, is ${address}`, () => {
    const req = { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: socket } as Socket }
    assert.equal(clientAddress(trusted)(req), address)
  })
