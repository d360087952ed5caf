import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { usage } from './failure.ts'
import { COMMANDS, findCommand, parseCall, runCommandLine } from './run.ts'

/** Runs the command line in this process and answers with what it printed. */
async function run(words: string[], env: Record<string, string> = {}, stdin = '') {
  const printed = { out: '', err: '' }
  const status = await runCommandLine(words, {
    env: { HOME: '/nonexistent', ...env },
    stdin: Readable.from([Buffer.from(stdin)]),
    out: text => {
      printed.out += text
    },
    err: text => {
      printed.err += text
    },
  })
  return { status, ...printed }
}

/** A server that answers every request alike, and one port where nothing listens. */
let answer: { status: number; type: string; body: string } = { status: 200, type: 'application/json', body: '{}' }
const server = createServer((_req, res) => {
  res.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
})
let url: string
let nowhere: string
before(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const other = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  nowhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  await new Promise(resolve => other.close(resolve))
})
after(() => server.close())

it('--help of a group shows its commands, as `help` does', async () => {
  const [asked, helped] = [await run(['data', '--help']), await run(['help', 'data'])]
  assert.deepEqual([asked.status, asked.out, asked.err], [0, helped.out, ''])
  assert.match(asked.out, /fleximl data add/)
  assert.equal((await run(['data', 'bogus', '--help'])).status, 2)
})

describe('bad usage is told in words, with exit status 2', () => {
  for (const [words, message] of [
    [['bogus'], /no command “bogus”/],
    [['data', 'bogus'], /“data bogus” is not a command/],
    [['data', 'add'], /needs FILE/],
    [['data', 'add', 'x.csv'], /needs --name/],
    [['data', 'add', 'x.csv', 'y.csv', '--name', 'n'], /“y\.csv”/],
    [['data', 'ls', '--colour'], /Unknown option '--colour'/],
    [['data', 'add', '/nonexistent/x.csv', '--name', 'n'], /no file \/nonexistent/],
    [['data', 'add', 'ftp://example.org/x.csv', '--name', 'n'], /ftp:\/\/ addresses are not read/],
    [['data', 'add', 'postgres://ada@db.test/shop', '--name', 'n'], /needs --query/],
    [['data', 'add', 'x.csv', '--name', 'n', '--pages', 'link'], /--pages belongs to addresses/],
    [['train', '--data', 'd', '--target', 't', '--task', 'guess'], /--task guess is not one of/],
    [['train', '--data', 'd', '--target', 't', '--trials', '0'], /--trials 0 is not a whole number of at least 1/],
    [['train', '--data', 'd', '--target', 't', '--minutes', 'soon'], /--minutes soon is not a number/],
    [['runs', 'compare', 'a'], /needs RUN RUN/],
    [['runs', 'ls', 'e', '--filter', 'nonsense'], /“nonsense” is no condition/],
    [['model', 'rollback', 'e', '--to', '1.5'], /--to 1.5/],
    [['token', 'create', '--project', 'p', '--role', 'king'], /“king” is not a role/],
    [['monitor', 'status', 'e', '--grain', 'week'], /neither month nor day/],
    [['login', '--url', 'nonsense'], /not the address of a server/],
  ] as [string[], RegExp][])
    it(words.join(' '), async () => {
      const env = { FLEXIML_URL: url, FLEXIML_TOKEN: 'flx_test' }
      const plain = await run(words, env)
      assert.deepEqual([plain.status, plain.out], [2, ''])
      assert.match(plain.err, message)
      const json = await run([...words, '--json'], env)
      assert.equal(json.status, 2)
      assert.match((JSON.parse(json.out) as { error: { message: string } }).error.message, message)
    })
})

describe('exit statuses', () => {
  const env = () => ({ FLEXIML_URL: url, FLEXIML_TOKEN: 'flx_test' })
  const refusal = (app: object, code = 'X') =>
    JSON.stringify({ error: { message: 'm', code: -32000, data: { code, httpStatus: 400, app } } })

  it('3 without a token, with a bad one and for the wrong role', async () => {
    assert.equal((await run(['data', 'ls'], { FLEXIML_URL: url })).status, 3)
    for (const code of ['unauthenticated', 'forbidden']) {
      answer = { status: 401, type: 'application/json', body: refusal({ code, message: 'No.', hint: 'Ask.' }) }
      const { status, out } = await run(['data', 'ls', '--json'], env())
      assert.equal(status, 3)
      assert.deepEqual(JSON.parse(out), { error: { code, message: 'No.', hint: 'Ask.' } })
    }
  })

  it('1 for what is not there; 2 for an input that the contract refuses', async () => {
    answer = { status: 404, type: 'application/json', body: refusal({ code: 'not_found', message: 'None.' }) }
    assert.equal((await run(['data', 'show', 'x'], env())).status, 1)
    answer = {
      status: 422,
      type: 'application/json',
      body: refusal({ code: 'invalid', message: 'The input does not fit.' }, 'BAD_REQUEST'),
    }
    assert.equal((await run(['data', 'show', 'x'], env())).status, 2)
  })

  it('4 when nothing listens, when something else answers, and when the database is away', async () => {
    const none = await run(['data', 'ls', '--json'], { ...env(), FLEXIML_URL: nowhere })
    assert.equal(none.status, 4)
    const { error } = JSON.parse(none.out) as { error: { code: string; message: string } }
    assert.equal(error.code, 'unavailable')
    assert.match(error.message, /connection was refused/)
    answer = { status: 200, type: 'text/html', body: '<html>hello</html>' }
    const other = await run(['data', 'ls'], env())
    assert.equal(other.status, 4)
    assert.match(other.err, /not FlexiML/)
    answer = { status: 503, type: 'application/json', body: refusal({ code: 'unavailable', message: 'Away.' }) }
    assert.equal((await run(['data', 'ls'], env())).status, 4)
  })

  it('4 when no instance runs on this machine', async () => {
    const { status, err } = await run(['token', 'create', '--project', 'p', '--role', 'viewer'], {
      FLEXIML_HOME: '/nonexistent/home',
    })
    assert.equal(status, 4)
    assert.match(err, /No FlexiML runs from \/nonexistent\/home/)
  })

  it('0 with one document on standard output', async () => {
    answer = { status: 200, type: 'application/json', body: '{"result":{"data":{"items":[],"next":null}}}' }
    const { status, out } = await run(['data', 'ls', '--json'], env())
    assert.deepEqual([status, JSON.parse(out)], [0, { items: [], next: null }])
  })
})

describe('help', () => {
  it('names every command, and each explains its options', async () => {
    const all = await run(['help'])
    assert.equal(all.status, 0)
    for (const command of COMMANDS) {
      assert.ok(all.out.includes(`  ${command.name} `), command.name)
      const one = await run(['help', ...command.name.split(' ')])
      assert.ok(one.out.startsWith(`fleximl ${command.name}`))
      for (const option of Object.keys(command.options ?? {})) assert.ok(one.out.includes(`  --${option}`), option)
      assert.equal((await run([...command.name.split(' '), '--help'])).out, one.out)
    }
  })

  it('docs/cli.md names every command and option', async () => {
    const docs = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'cli.md'), 'utf8')
    for (const { name, options } of COMMANDS) {
      assert.ok(docs.includes(`fleximl ${name}`), name)
      for (const option of Object.keys(options ?? {})) assert.ok(docs.includes(`--${option}`), `${name} --${option}`)
    }
  })

  it('without a command is bad usage that shows the commands', async () => {
    const { status, out } = await run([])
    assert.equal(status, 2)
    assert.match(out, /data add/)
  })
})

describe('arguments', () => {
  it('options may stand anywhere', () => {
    const { command, rest } = findCommand(['--json', 'data', '--name', 'add'].filter(w => w !== '--json').concat('x'))
    assert.equal(command.name, 'data add')
    assert.deepEqual(rest, ['--name', 'x'])
  })

  it('lists are split at commas', () => {
    const train = COMMANDS.find(c => c.name === 'train')!
    const call = parseCall(train, ['--data', 'd', '--target', 't', '--ignore', 'a, b,,c', '--wait', '--trials', '7'])
    assert.deepEqual(call.list('ignore'), ['a', 'b', 'c'])
    assert.equal(call.whole('trials', 1), 7)
    assert.equal(call.flag('wait'), true)
    assert.equal(call.list('trainers'), undefined)
    assert.equal(usage('x').status, 2)
  })
})
