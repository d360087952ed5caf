import type { Command } from './command.ts'
import { usage } from './failure.ts'

const optionUsage = (name: string, spec: { value?: string; required?: boolean }) => {
  const text = `--${name}${spec.value ? ` ${spec.value}` : ''}`
  return spec.required ? text : `[${text}]`
}

const line = (command: Command): string =>
  [
    'fleximl',
    command.name,
    command.parameters ?? '',
    ...Object.entries(command.options ?? {}).map(([name, spec]) => optionUsage(name, spec)),
  ]
    .filter(Boolean)
    .join(' ')

export function overview(commands: Command[]): string {
  const width = Math.max(...commands.map(c => c.name.length))
  return [
    'fleximl: the command line of FlexiML.',
    '',
    ...commands.map(c => `  ${c.name.padEnd(width)}  ${c.summary}`),
    '',
    'Connects to the server at FLEXIML_URL (default http://127.0.0.1:3000) with the token FLEXIML_TOKEN, or with the login stored by `fleximl login`.',
    '--json prints one JSON document on standard output. Progress goes to standard error.',
    'Exit status: 0 done, 1 failed, 2 bad usage, 3 not allowed, 4 not reachable.',
    '`fleximl help COMMAND` shows the options of a command.',
  ].join('\n')
}

/** Returns the help of a command or of a group (`data`). Throws `usage`. */
export function helpOf(commands: Command[], words: string[]): string {
  const name = words.slice(0, 2).join(' ')
  const exact = commands.filter(c => c.name === name || c.name === words[0])
  const list = exact.length > 0 ? exact : commands.filter(c => c.name.startsWith(`${words[0]} `))
  if (list.length === 0) throw usage(`There is no command “${name}”.`, '`fleximl help` lists them.')
  return list.map(one).join('\n\n')
}

function one(command: Command): string {
  const options = Object.entries(command.options ?? {})
  const width = Math.max(0, ...options.map(([name, s]) => `--${name} ${s.value ?? ''}`.length))
  return [
    line(command),
    '',
    command.summary,
    ...(command.more ? ['', command.more] : []),
    ...(options.length > 0 ? [''] : []),
    ...options.map(([name, s]) => `  ${`--${name} ${s.value ?? ''}`.padEnd(width)}  ${s.help}`),
  ].join('\n')
}
