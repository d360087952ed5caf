import type { DeletionPreview } from '#server/data/storage/contract.ts'
import type { Call, Command, Outcome } from './command.ts'
import { usage } from './failure.ts'
import { showFields, showTable } from './show-table.ts'

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`

const previewText = (preview: DeletionPreview): string[] => [
  preview.wholeDataset
    ? `${preview.dataset} with ${preview.versions.length} version(s); ${megabytes(preview.freesBytes)} are freed after ${preview.restoreHours} hours.`
    : `${preview.dataset} v${preview.versions[0]?.version}; ${megabytes(preview.freesBytes)} are freed after ${preview.restoreHours} hours.`,
  ...preview.versions.flatMap(v =>
    v.usedBy.map(
      u => `  v${v.version}: ${u.count} ${u.kind.replaceAll('-', ' ')} ${u.relation.replaceAll('-', ' ')} it`,
    ),
  ),
  ...(preview.versions.some(v => v.bytesStay) ? ['  Rows that something was made with are kept for that.'] : []),
  ...preview.runningJobs.map(title => `  in use: ${title}`),
]

async function remove({ args, flag, client, note }: Call): Promise<Outcome> {
  const { api } = await client()
  const dataset = args[0]!
  const preview = await api.data.storage.preview.query({ dataset })
  if (!flag('yes')) {
    for (const line of previewText(preview)) note(line)
    throw usage('Nothing was deleted.', `Confirm with --yes: fleximl data rm ${dataset} --yes`)
  }
  const gone = await api.data.storage.delete.mutate({ dataset })
  return {
    document: { ...gone, freesBytes: preview.freesBytes, versionDetails: preview.versions },
    text: [
      `Deleted ${gone.dataset} ${gone.versions.map(v => `v${v}`).join(', ')}.`,
      `For ${gone.restoreHours} hours it can be had back: fleximl data restore ${dataset}`,
    ].join('\n'),
  }
}

async function restore({ args, client }: Call): Promise<Outcome> {
  const back = await (await client()).api.data.storage.restore.mutate({ dataset: args[0]! })
  return { document: { ...back }, text: `${back.dataset} has ${back.versions.map(v => `v${v}`).join(', ')} again.` }
}

async function storage({ args, client }: Call): Promise<Outcome> {
  const { api } = await client()
  if (args[0]) {
    const shown = await api.data.storage.show.query({ dataset: args[0] })
    return {
      document: { ...shown },
      text: [
        showFields([
          ['dataset', shown.dataset],
          ['bytes', shown.bytes],
          ['shared', shown.sharedBytes],
        ]),
        '',
        showTable(
          ['VERSION', 'ROWS', 'PARQUET', 'SOURCE', 'DELETED'],
          shown.versions.map(v => [v.version, v.rows, v.bytes, v.sourceBytes, v.deletedAt]),
        ),
      ].join('\n'),
    }
  }
  const shown = await api.data.storage.project.query({})
  return {
    document: { ...shown },
    text: [
      showFields([
        ['bytes', shown.bytes],
        ['on their way', shown.uploadBytes],
        ['reclaimable', shown.reclaimableBytes],
        ['quota', shown.quota.bytes ?? 'none'],
      ]),
      '',
      showTable(
        ['DATASET', 'VERSIONS', 'BYTES'],
        shown.datasets.map(d => [d.dataset, d.versions, d.bytes]),
      ),
    ].join('\n'),
  }
}

async function quota({ args, client }: Call): Promise<Outcome> {
  const bytes = args[0] === 'default' ? null : Number(args[0])
  if (bytes !== null && !(Number.isInteger(bytes) && bytes > 0))
    throw usage(`“${args[0]}” is not a number of bytes.`, 'For example: fleximl data quota 50000000000, or default.')
  const set = await (await client()).api.data.storage.setQuota.mutate({ bytes })
  const shown = set.bytes === null ? 'none' : megabytes(set.bytes)
  return {
    document: { ...set },
    text: `The storage quota of the project is ${shown}${set.isDefault ? ', the default of the instance' : ''}.`,
  }
}

export const dataStorageCommands: Command[] = [
  {
    name: 'data quota',
    parameters: 'BYTES|default',
    count: [1, 1],
    summary: 'Sets the storage quota of the project; `default` returns to that of the instance. For owners.',
    run: quota,
  },
  {
    name: 'data rm',
    parameters: 'N[@V]',
    count: [1, 1],
    summary: 'Deletes a dataset, or one version of it. Without --yes it only lists what depends on it.',
    options: { yes: { type: 'boolean', help: 'delete' } },
    run: remove,
  },
  {
    name: 'data restore',
    parameters: 'N[@V]',
    count: [1, 1],
    summary: 'Has a deleted dataset or version back, within 24 hours.',
    run: restore,
  },
  {
    name: 'data storage',
    parameters: '[N]',
    count: [0, 1],
    summary: 'Shows what the project, or the versions of a dataset, take on the disk.',
    run: storage,
  },
]
