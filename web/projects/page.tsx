// The home page: my projects, and those one could join.
import { useState } from 'react'
import { Button, EmptyState, Select, Skeleton, Tabs, TextInput, Title } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { Compass, FolderPlus, Plus, Search } from 'lucide-react'
import { useLocation, useSearch } from 'wouter'
import type { ProjectFilter } from '../../server/projects/schema.ts'
import { Failure } from '../failure.tsx'
import { useTitle } from '../title.ts'
import { TopBar } from '../topbar.tsx'
import { ProjectCard } from './card.tsx'
import { CreateProject } from './create.tsx'
import { useProjects } from './queries.ts'
import { categories, choices, difficultyNames } from './words.ts'
import classes from './projects.module.css'

export function ProjectsPage() {
  useTitle('Projects')
  const discover = new URLSearchParams(useSearch()).get('tab') === 'discover'
  const [, navigate] = useLocation()
  const [opened, { open, close }] = useDisclosure(false)
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 250)
  const [category, setCategory] = useState<string | null>(null)
  const [difficulty, setDifficulty] = useState<ProjectFilter['difficulty'] | null>(null)
  const filter: ProjectFilter = {
    ...(discover ? {} : { mine: 'true' }),
    ...(q ? { q } : {}),
    ...(category ? { category } : {}),
    ...(difficulty ? { difficulty } : {}),
  }
  const filtered = Boolean(q || category || difficulty)
  const show = (tab: string | null) =>
    navigate(tab === 'discover' ? '/projects?tab=discover' : '/projects', { replace: true })
  return (
    <>
      <TopBar />
      <main className={classes.page}>
        <div className={classes.head}>
          <Title order={1} size="h3">
            Projects
          </Title>
          <Button leftSection={<Plus size={16} />} onClick={open}>
            New project
          </Button>
        </div>
        <Tabs value={discover ? 'discover' : 'mine'} onChange={show} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="mine">My projects</Tabs.Tab>
            <Tabs.Tab value="discover">Discover</Tabs.Tab>
          </Tabs.List>
        </Tabs>
        <div className={classes.filters} role="search">
          <TextInput
            className={classes.search ?? ''}
            aria-label="Search projects"
            placeholder="Search by name or description"
            leftSection={<Search size={15} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Select
            className={classes.select ?? ''}
            aria-label="Category"
            placeholder="Any category"
            clearable
            data={choices(categories)}
            value={category}
            onChange={setCategory}
          />
          <Select
            className={classes.select ?? ''}
            aria-label="Difficulty"
            placeholder="Any difficulty"
            clearable
            data={choices(difficultyNames)}
            value={difficulty ?? null}
            onChange={(value) => setDifficulty(value as ProjectFilter['difficulty'] | null)}
          />
        </div>
        <ProjectList
          filter={filter}
          empty={
            filtered ? (
              <EmptyState
                mt="xl"
                icon={<Search />}
                title="No project matches"
                description="Try other words, or fewer filters."
              />
            ) : discover ? (
              <EmptyState
                mt="xl"
                icon={<Compass />}
                title="No public projects yet"
                description="Create the first one and make it public, so that others can join."
              >
                <Button onClick={open}>New project</Button>
              </EmptyState>
            ) : (
              <EmptyState
                mt="xl"
                icon={<FolderPlus />}
                title="You are in no project yet"
                description="Create one and invite your team, or look for one to join."
              >
                <div className={classes.stack}>
                  <Button onClick={open}>New project</Button>
                  <Button variant="default" onClick={() => show('discover')}>
                    Discover projects
                  </Button>
                </div>
              </EmptyState>
            )
          }
        />
        <CreateProject opened={opened} onClose={close} />
      </main>
    </>
  )
}

function ProjectList({ filter, empty }: { filter: ProjectFilter; empty: React.ReactNode }) {
  const { data, error, refetch, isFetchingNextPage, hasNextPage, fetchNextPage } =
    useProjects(filter)
  if (!data && error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) {
    return (
      <div className={classes.grid} aria-label="Loading projects" role="status">
        {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
          <Skeleton key={key} height={150} radius="lg" />
        ))}
      </div>
    )
  }
  const projects = data.pages.flatMap((page) => page.data)
  if (projects.length === 0) return empty
  return (
    <>
      <div className={classes.grid}>
        {projects.map((project) => (
          <ProjectCard key={project.id} project={project} />
        ))}
      </div>
      {hasNextPage && (
        <Button
          variant="default"
          mt="lg"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  )
}
