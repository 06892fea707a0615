// What a visitor sees of a public project: what it is about, its issues, and how to join.
import { lazy, Suspense } from 'react'
import { Alert, Anchor, Button, Loader, Title } from '@mantine/core'
import { CircleDot, DoorClosed, Users } from 'lucide-react'
import { Link, Route, Switch } from 'wouter'
import { Logo } from '../logo.tsx'
import { JoinButton } from '../projects/card.tsx'
import { categories, difficultyNames, statusNames } from '../projects/words.ts'
import { Prose } from '../prose/prose.tsx'
import { UserMenu } from '../topbar.tsx'
import { useOpenProject } from './context.tsx'
import { ProjectNav } from './header.tsx'
import bar from './room.module.css'
import classes from './landing.module.css'

const IssuesPage = lazy(() => import('../issues/page.tsx').then((m) => ({ default: m.IssuesPage })))
const IssuePage = lazy(() => import('../issues/issue.tsx').then((m) => ({ default: m.IssuePage })))

export function Landing() {
  const { project, removed } = useOpenProject()
  return (
    <div className={classes.frame}>
      <header className={bar.bar}>
        <Link href="/projects" className={bar.home} aria-label="All projects">
          <Logo size={22} />
        </Link>
        <Link href={`/p/${project.slug}`} className={bar.project}>
          <span className={bar.projectName}>{project.name}</span>
        </Link>
        <ProjectNav phone={false} onNavigate={() => undefined} />
        <div className={bar.spacer} />
        <div className={bar.actions}>
          <JoinButton project={project} />
          <UserMenu />
        </div>
      </header>
      <main className={classes.main}>
        {removed && (
          <Alert
            role="alert"
            radius={0}
            icon={<DoorClosed />}
            title={`You are no longer a member of ${project.name}`}
          >
            That is why its room is gone. You see what the project shows to everybody.
          </Alert>
        )}
        <Suspense fallback={<Loader size="sm" m="xl" aria-label="Loading" />}>
          <Switch>
            <Route path="/p/:slug/issues">
              <IssuesPage />
            </Route>
            <Route path="/p/:slug/issues/:number">
              {({ number }) => <IssuePage key={number} number={Number(number)} />}
            </Route>
            <Route>
              <About />
            </Route>
          </Switch>
        </Suspense>
      </main>
    </div>
  )
}

function About() {
  const { project } = useOpenProject()
  const { category, difficulty, status, repositoryUrl, documentationUrl, demoUrl } = project
  const facts = [
    category ? (categories[category] ?? category) : null,
    difficulty ? difficultyNames[difficulty] : null,
    statusNames[status],
  ].filter((fact) => fact !== null)
  const links = [
    ['Repository', repositoryUrl],
    ['Documentation', documentationUrl],
    ['Demo', demoUrl],
  ].filter(([, address]) => address)
  return (
    <article className={classes.about}>
      <Title order={1} size="h2">
        {project.name}
      </Title>
      <p dir="auto" className={classes.lead}>
        {project.description || 'No description yet.'}
      </p>
      <p className={classes.facts}>
        <span>
          <Users size={15} aria-hidden />{' '}
          {project.memberCount === 1 ? '1 member' : `${project.memberCount} members`}
        </span>
        <span>
          <CircleDot size={15} aria-hidden />{' '}
          {project.openIssueCount === 1 ? '1 open issue' : `${project.openIssueCount} open issues`}
        </span>
        <span>{facts.join(' · ')}</span>
      </p>
      {project.techStack.length > 0 && (
        <ul className={classes.stack}>
          {project.techStack.map((tech) => (
            <li key={tech}>{tech}</li>
          ))}
        </ul>
      )}
      {links.map(([name, address]) => (
        <Anchor key={name} href={address ?? ''} target="_blank" rel="noreferrer" mr="md" size="sm">
          {name}
        </Anchor>
      ))}
      <div className={classes.join}>
        <div>
          <strong>Join to take part</strong>
          <br />
          Members write code together, chat, call and work on issues.
        </div>
        <JoinButton project={project} />
      </div>
      {project.longDescription && <Prose text={project.longDescription} />}
      <Button component={Link} href={`/p/${project.slug}/issues`} variant="default" mt="md">
        Look at the issues
      </Button>
    </article>
  )
}
