import { parseArgs } from 'node:util'
import { accessCommands } from './access.ts'
import { auditCommands } from './audit.ts'
import type { Call, Command, World } from './command.ts'
import { openClient, serverUrl } from './connection.ts'
import { dataCommands } from './data.ts'
import { dataGetCommands } from './data-get.ts'
import { dataPreviewCommands } from './data-preview.ts'
import { doctorCommands } from './doctor.ts'
import { evaluationCommands } from './evaluation.ts'
import { EXIT, type ExitStatus, type Failure, toFailure, usage } from './failure.ts'
import { helpOf, overview } from './help.ts'
import { jobCommands } from './jobs.ts'
import { memberCommands } from './members.ts'
import { monitoringCommands } from './monitoring.ts'
import { projectCommands } from './project.ts'
import { recipeCommands } from './recipes.ts'
import { registryCommands } from './registry.ts'
import { servingCommands } from './serving.ts'
import { trainingCommands } from './training.ts'

export const COMMANDS: Command[] = [
  ...accessCommands,
  ...memberCommands,
  ...projectCommands,
  ...auditCommands,
  ...dataCommands,
  ...dataPreviewCommands,
  ...dataGetCommands,
  ...recipeCommands,
  ...trainingCommands,
  ...registryCommands,
  ...evaluationCommands,
  ...servingCommands,
  ...monitoringCommands,
  ...jobCommands,
  ...doctorCommands,
]

/** Returns the command named by the arguments, and the remaining arguments. Throws `usage`. */
export function findCommand(words: string[]): { command: Command; rest: string[] } {
  // Options may precede the second word, so they are skipped when the name is read.
  const named = words.filter(w => !w.startsWith('-'))
  const two = COMMANDS.find(c => c.name === named.slice(0, 2).join(' '))
  const command = two ?? COMMANDS.find(c => c.name === named[0])
  if (!command) {
    const group = COMMANDS.filter(c => c.name.startsWith(`${named[0]} `)).map(c => c.name)
    throw usage(
      group.length > 0 ? `“${named.slice(0, 2).join(' ')}” is not a command.` : `There is no command “${named[0]}”.`,
      group.length > 0 ? `There are: ${group.join(', ')}.` : '`fleximl help` lists them.',
    )
  }
  const rest = [...words]
  for (const word of command.name.split(' ')) rest.splice(rest.indexOf(word), 1)
  return { command, rest }
}

/** The words of the command or, without a command, of the group (`data`) whose help is wanted. Throws `usage`. */
function helpTopic(words: string[]): string[] {
  const named = words.filter(w => !w.startsWith('-'))
  const isGroup = named.length === 1 && COMMANDS.some(c => c.name.startsWith(`${named[0]} `))
  return isGroup ? named : findCommand(words).command.name.split(' ')
}

/** Parses the arguments after the name of the command. Throws `usage` naming the wrong argument. */
export function parseCall(command: Command, rest: string[]): Omit<Call, 'world' | 'note' | 'client'> {
  const specs = command.options ?? {}
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({
      args: rest,
      options: {
        ...Object.fromEntries(
          Object.entries(specs).map(([name, { type, multiple }]) => [name, { type, multiple: multiple === true }]),
        ),
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    throw usage((error as Error).message.split('. ')[0]!.replace(/\.?$/, '.'), `fleximl help ${command.name}`)
  }
  const { values, positionals } = parsed
  const [min, max] = command.count ?? [0, 0]
  if (positionals.length < min || positionals.length > max)
    throw usage(
      positionals.length < min
        ? `\`${command.name}\` needs ${command.parameters ?? 'more'}.`
        : `\`${command.name}\` does not take “${positionals[max]}”.`,
      `fleximl help ${command.name}`,
    )
  for (const [name, spec] of Object.entries(specs))
    if (spec.required && values[name] === undefined)
      throw usage(`\`${command.name}\` needs --${name} ${spec.value ?? ''}`.trimEnd(), `fleximl help ${command.name}`)
  const text = (name: string) => values[name] as string | undefined
  const number = (name: string) => {
    const given = text(name)
    if (given === undefined) return undefined
    const value = Number(given)
    if (given.trim() === '' || !Number.isFinite(value)) throw usage(`--${name} ${given} is not a number.`)
    return value
  }
  return {
    args: positionals,
    text,
    texts: name => (values[name] as string[] | undefined) ?? [],
    number,
    whole(name, minimum = 0) {
      const value = number(name)
      if (value !== undefined && (!Number.isSafeInteger(value) || value < minimum))
        throw usage(`--${name} ${text(name)} is not a whole number of at least ${minimum}.`)
      return value
    },
    list: name =>
      text(name)
        ?.split(',')
        .map(part => part.trim())
        .filter(Boolean),
    flag: name => values[name] === true,
  }
}

/** Runs the command line. With --json it prints exactly one document to standard output, also on failure. */
export async function runCommandLine(words: string[], world: World): Promise<ExitStatus> {
  const json = words.includes('--json')
  const note = (line: string) => world.err(`${line}\n`)
  const finish = (document: unknown, text: string) =>
    world.out(json ? `${JSON.stringify(document)}\n` : text === '' ? '' : `${text}\n`)
  try {
    const plain = words.filter(w => w !== '--json')
    const wantsHelp = plain.includes('--help') || plain.includes('-h')
    if (plain.length === 0 || plain[0] === 'help' || (wantsHelp && plain[0]!.startsWith('-'))) {
      const topic = plain.filter(w => w !== 'help' && !w.startsWith('-'))
      const text = topic.length > 0 ? helpOf(COMMANDS, topic) : overview(COMMANDS)
      finish({ help: text }, text)
      return plain.length === 0 ? EXIT.usage : EXIT.done
    }
    if (wantsHelp) {
      const text = helpOf(COMMANDS, helpTopic(plain))
      finish({ help: text }, text)
      return EXIT.done
    }
    const { command, rest } = findCommand(plain)
    const call = parseCall(command, rest)
    const outcome = await command.run({ ...call, world, note, client: () => openClient(world.env) })
    finish(outcome.document, outcome.text)
    return outcome.status ?? EXIT.done
  } catch (error) {
    const failure = await failureOf(error, world)
    if (json) world.out(`${JSON.stringify({ error: failure.body })}\n`)
    else note(formatFailure(failure))
    return failure.status
  }
}

async function failureOf(error: unknown, world: World): Promise<Failure> {
  try {
    return toFailure(error, await serverUrl(world.env))
  } catch (second) {
    return toFailure(second, '')
  }
}

const MAX_DETAILS = 10

function formatFailure({ body }: Failure): string {
  const details = (body.details ?? []).map(formatDetail)
  const more = details.length - MAX_DETAILS
  return [
    body.message,
    ...details.slice(0, MAX_DETAILS).map(d => `  ${d}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(body.hint ? [body.hint] : []),
  ].join('\n')
}

const formatDetail = (detail: unknown): string => {
  const { row, column, expected, got } = (detail ?? {}) as Record<string, unknown>
  // Rows are counted from 0 in JSON and from 1 in text.
  const place = [typeof row === 'number' ? `row ${row + 1}` : '', column ? String(column) : '']
    .filter(Boolean)
    .join(', ')
  return `${place}${place ? ': ' : ''}expected ${expected ?? '?'}${got === undefined ? '' : `, got ${got}`}`
}
