'use client'
import '@xyflow/react/dist/style.css'
import { Anchor, Skeleton, Stack, Text } from '@mantine/core'
import { Controls, type Edge, MarkerType, ReactFlow } from '@xyflow/react'
import Link from 'next/link'
import { useMemo } from 'react'
import type { Lineage } from '#server/api/lineage/contract.ts'
import { type DataColumn, textColumn } from '../../ui/data-table/columns.tsx'
import { PlainTable } from '../../ui/data-table/plain-table.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Problem } from '../../ui/problem.tsx'
import { type LineageOf, useLineage } from './client.ts'
import { kindTitle, layOut, listLineage, nodeHref } from './lay-out.ts'
import classes from './lineage.module.css'
import { type FlowNode, LineageNodeView } from './lineage-node.tsx'

const NODE_TYPES = { lineage: LineageNodeView }
const FIT = { maxZoom: 1, padding: 0.06 }
/** Names stay readable: the drawing grows with what it shows, up to here. */
const HEIGHT = { least: 260, most: 820, margin: 130 }

/** From where rows come to which endpoints answer by them, for a dataset version or a model version: as a drawing and as a list. */
export function LineageGraph({ project, of }: { project: string; of: LineageOf }) {
  const { data, error, refetch } = useLineage(project, of)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={460} radius="md" aria-label="Loading the lineage" />
  return (
    <Stack gap="md">
      <Drawing project={project} lineage={data} />
      {data.truncated ? (
        <Text size="sm" c="dimmed">
          Only the latest part is shown.
        </Text>
      ) : null}
      <LineageList project={project} lineage={data} />
    </Stack>
  )
}

function Drawing({ project, lineage }: { project: string; lineage: Lineage }) {
  const [nodes, edges, height] = useMemo((): [FlowNode[], Edge[], number] => {
    const places = layOut(lineage)
    const lowest = Math.max(...[...places.values()].map(place => place.y))
    return [
      lineage.nodes.map(node => ({
        id: node.id,
        type: 'lineage',
        position: places.get(node.id)!,
        data: { node, href: nodeHref(project, node) },
      })),
      lineage.edges.map(edge => ({
        id: `${edge.from} ${edge.to}`,
        source: edge.from,
        target: edge.to,
        label: edge.past ? edge.words : undefined,
        style: edge.past ? { strokeDasharray: '4 4' } : undefined,
        markerEnd: { type: MarkerType.ArrowClosed, color: 'var(--mantine-color-dimmed)' },
      })),
      Math.min(HEIGHT.most, Math.max(HEIGHT.least, lowest + HEIGHT.margin)),
    ]
  }, [project, lineage])
  return (
    <section
      className={classes.canvas}
      style={{ height }}
      aria-label="Lineage graph; the list below has the same content"
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        fitView
        fitViewOptions={FIT}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  )
}

type Line = ReturnType<typeof listLineage>[number]

const lineColumns = (project: string): DataColumn<Line>[] => [
  textColumn('kind', 'Type', ({ node }) => kindTitle(node.kind), { dimmed: true }),
  textColumn('name', 'Name', ({ node }) => node.label, {
    cell: ({ node }) => {
      const href = nodeHref(project, node)
      return (
        <>
          {href === null ? (
            node.label
          ) : (
            <Anchor component={Link} size="sm" href={href} fw={node.here ? 600 : 400}>
              {node.label}
            </Anchor>
          )}
          {node.kind === 'source' ? null : (
            <Text size="xs" c="dimmed">
              {node.here ? 'shown here; ' : ''}
              {node.detail}
            </Text>
          )}
        </>
      )
    },
  }),
  textColumn('from', 'Derived from', ({ from }) => from.join(', ') || null, { dimmed: true, wrap: true }),
]

/** For screen readers, and for narrow screens, which have no drawing. */
function LineageList({ project, lineage }: { project: string; lineage: Lineage }) {
  return (
    <Panel title="Lineage as a list" note="from source to endpoint" flush>
      <PlainTable
        label="Lineage as a list"
        columns={lineColumns(project)}
        rows={listLineage(lineage)}
        rowKey={({ node }) => node.id}
      />
    </Panel>
  )
}
