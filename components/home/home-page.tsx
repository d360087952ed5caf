'use client'
import { Button, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Happened } from './happened.tsx'
import classes from './home.module.css'
import { LifecycleStrip } from './lifecycle-strip.tsx'
import { NeedsYou } from './needs-you.tsx'
import { ServedError, ServedTraffic } from './served-charts.tsx'
import { standingSentence } from './standing.ts'
import { useHome } from './use-home.ts'

// Only an empty project shows it.
const AddDataset = dynamic(() => import('../data/add-dataset.tsx').then(m => m.AddDataset))

/** State of the project, required actions and activity. */
export function HomePage({ project }: { project: string }) {
  const { data, errors } = useHome(project)
  const endpoint = data.endpoints?.[0]?.endpoint
  const { data: here } = useQuery(useTRPC().access.here.queryOptions({ project }))
  // The upload stays visible until its end, although the project is no longer empty.
  const [started, start] = useDisclosure()
  const isEmpty = data.datasets?.length === 0 && data.models?.length === 0
  return (
    <Stack gap="md">
      <PageHeader
        title={here?.name ?? project}
        sentence={
          <>
            {here?.description ? `${here.description} ` : ''}
            {standingSentence(data)}
          </>
        }
        actions={
          <Allowed project={project} to="training:write">
            <Button component={Link} href={paths.addData(project)} variant={isEmpty ? 'filled' : 'default'}>
              Add data
            </Button>
            {isEmpty ? null : (
              <Button component={Link} href={paths.newExperiment(project)}>
                New experiment
              </Button>
            )}
          </Allowed>
        }
      />
      {errors[0] ? <Problem error={errors[0]} /> : null}
      {isEmpty || started ? (
        <Allowed project={project} to="data:write">
          <AddDataset project={project} onStart={start.open} />
        </Allowed>
      ) : null}
      <LifecycleStrip project={project} data={data} />
      {endpoint ? (
        <>
          <div className={classes.columns}>
            <ServedError project={project} endpoint={endpoint} />
            <NeedsYou project={project} data={data} />
          </div>
          <div className={classes.columns}>
            <Happened project={project} />
            <ServedTraffic project={project} endpoint={endpoint} />
          </div>
        </>
      ) : (
        <div className={classes.columns}>
          <Happened project={project} />
          <NeedsYou project={project} data={data} />
        </div>
      )}
    </Stack>
  )
}
