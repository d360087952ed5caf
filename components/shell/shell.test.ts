import assert from 'node:assert/strict'
import { it } from 'node:test'
import { crumbsOf, LIFECYCLE } from './lifecycle.ts'
import { routersOf, showsActiveWork } from './live-topics.ts'

it('the navigation is the lifecycle, in its order', () => {
  assert.deepEqual(
    LIFECYCLE.map(l => l.word),
    ['data', 'training', 'evaluation', 'registry', 'serving', 'monitoring', 'orchestration', 'access'],
  )
})

it('breadcrumbs name the word, the thing and the action, and link all but the page itself', () => {
  assert.deepEqual(crumbsOf('/projects'), [])
  assert.deepEqual(crumbsOf('/p/bikes'), [{ label: 'bikes' }])
  assert.deepEqual(crumbsOf('/p/bikes/data'), [{ label: 'Data' }])
  assert.deepEqual(crumbsOf('/p/bikes/registry/demand/promote'), [
    { label: 'Registry', href: '/p/bikes/registry' },
    { label: 'demand', href: '/p/bikes/registry/demand' },
    { label: 'Promote' },
  ])
  assert.deepEqual(crumbsOf('/p/bikes/orchestration/jobs/01a21088-7b20-720c-b5b5-e02724d55dd0'), [
    { label: 'Orchestration', href: '/p/bikes/orchestration' },
    { label: '24d55dd0' },
  ])
  assert.deepEqual(crumbsOf('/p/bikes/data/%E0%A4%A'), [
    { label: 'Data', href: '/p/bikes/data' },
    { label: '%E0%A4%A' },
  ])
  for (const name of ['constructor', '__proto__'])
    assert.deepEqual(crumbsOf(`/p/bikes/data/${name}`).at(-1), { label: name })
})

it('a change makes those parts of the router fetch again that show it', () => {
  const routers = (...topics: string[]) => [...routersOf(topics.map(topic => ({ topic })))].sort()
  assert.deepEqual(routers('job'), ['evaluation', 'orchestration', 'training'])
  assert.deepEqual(routers('endpoint'), ['monitoring', 'registry', 'serving'])
  assert.deepEqual(routers('domain:data'), ['data', 'home'])
  assert.deepEqual(routers('something-new'), [])
})

it('the start or end of a job refreshes what shows unfinished work, and nothing else', () => {
  assert.ok(showsActiveWork({ items: [], ingestions: [{ state: 'queued' }] }))
  assert.ok(showsActiveWork({ items: [{ endpoint: 'e', checking: true }] }))
  assert.ok(!showsActiveWork({ items: [{ state: 'succeeded', checking: false }] }))
  assert.ok(!showsActiveWork(undefined))
})
