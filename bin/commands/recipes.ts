import { readFile } from 'node:fs/promises'
import { recipeSteps } from '#server/data/recipes/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { usage } from './failure.ts'
import { showTable } from './show-table.ts'

async function list({ client }: Call): Promise<Outcome> {
  const document = await (await client()).api.data.recipes.list.query({})
  return {
    document,
    text:
      document.items.length === 0
        ? 'No recipe yet. Save one: fleximl recipe save FILE --name NAME'
        : showTable(
            ['RECIPE', 'VERSION', 'STEPS', 'CREATED', 'NOTE'],
            document.items.map(r => [r.recipe, r.version, r.steps, r.createdAt, r.note]),
          ),
  }
}

async function show({ args, client }: Call): Promise<Outcome> {
  const document = await (await client()).api.data.recipes.show.query({ recipe: args[0]! })
  const { recipe, version, note, words } = document
  return {
    document,
    text: [`${recipe} v${version}${note ? `: ${note}` : ''}`, ...words.map((w, i) => `  ${i + 1}. ${w}`)].join('\n'),
  }
}

/** Reads the steps of a file: a list, or `{steps: […]}` as `recipe show --json` prints. Throws `usage` naming the first error. */
async function readSteps(path: string) {
  const text = await readFile(path, 'utf8').catch(() => {
    throw usage(`There is no file ${path}.`)
  })
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    throw usage(`${path} is not JSON.`, 'A recipe is a list of steps, as [{"step": "clip", "columns": ["income"]}].')
  }
  const list = Array.isArray(given) ? given : (given as { steps?: unknown } | null)?.steps
  const parsed = recipeSteps.safeParse(list)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw usage(`${path}: ${issue.message} (at ${issue.path.join('.') || 'the top'}).`)
}

async function save({ args, text, client }: Call): Promise<Outcome> {
  const steps = await readSteps(args[0]!)
  const document = await (await client()).api.data.recipes.save.mutate({
    name: text('name')!,
    note: text('note') ?? '',
    steps,
  })
  const { recipe, version, created } = document
  return {
    document,
    text: created ? `${recipe} v${version} is saved.` : `These steps are ${recipe} v${version} already.`,
  }
}

export const recipeCommands: Command[] = [
  { name: 'recipe ls', summary: 'Lists the saved recipes of the project.', run: list },
  {
    name: 'recipe show',
    parameters: 'R[@V]',
    count: [1, 1],
    summary: 'Shows a recipe, each step in a sentence.',
    run: show,
  },
  {
    name: 'recipe save',
    parameters: 'FILE',
    count: [1, 1],
    summary: 'Saves the steps of a JSON file as a recipe, or as its next version.',
    options: {
      name: { type: 'string', value: 'R', help: 'the recipe', required: true },
      note: { type: 'string', value: 'TEXT', help: 'what changed, and why' },
    },
    run: save,
  },
]
