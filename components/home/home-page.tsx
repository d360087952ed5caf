'use client'
import { Button, Stack } from '@mantine/core'
import Link from 'next/link'
import { Allowed } from '../access/allowed.tsx'
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

/** State of the project, required actions and activity. */
export function HomePage({ project }: { project: string }) {
  const { data, errors } = useHome(project)
  const endpoint = data.endpoints?.[0]?.endpoint
  return (
    <Stack gap="md">
      <PageHeader
        title={project}
        sentence={standingSentence(data)}
        actions={
          <Allowed project={project} to="training:write">
            <Button component={Link} href={paths.addData(project)} variant="default">
              Add data
            </Button>
            <Button component={Link} href={paths.newExperiment(project)}>
              New experiment
            </Button>
          </Allowed>
        }
      />
      {errors[0] ? <Problem error={errors[0]} /> : null}
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
