// A project in a list: what it is, what it is made of, and the way in.
import { useState } from 'react'
import { Badge, Button, Group, Text } from '@mantine/core'
import { CircleDot, Lock, Users } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import type { Project } from '../../server/projects/schema.ts'
import { notifyError } from '../notice.ts'
import { joinProject } from './queries.ts'
import { categories, difficultyNames, roleNames, statusNames } from './words.ts'
import classes from './projects.module.css'

export function ProjectCard({ project }: { project: Project }) {
  const { name, slug, description, techStack, category, difficulty, role } = project
  const facts = [
    category ? (categories[category] ?? category) : null,
    difficulty ? difficultyNames[difficulty] : null,
    project.status === 'active' ? null : statusNames[project.status],
  ].filter((fact) => fact !== null)
  return (
    <article className={classes.card}>
      <Group gap={8} wrap="nowrap">
        <h2 className={classes.cardName}>
          <Link href={`/p/${slug}`} className={classes.cardLink}>
            {name}
          </Link>
        </h2>
        {project.visibility === 'private' && (
          <Lock size={14} aria-label="Private" className={classes.lock} />
        )}
        {role && (
          <Badge size="xs" variant="light" color="gray" ml="auto" tt="none" fw={500} flex="none">
            {roleNames[role]}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="var(--text-dim)" lineClamp={2} className={classes.description}>
        {description || 'No description yet.'}
      </Text>
      {techStack.length > 0 && (
        <div className={classes.stack}>
          {techStack.slice(0, 5).map((tech) => (
            <span key={tech} className={classes.tech}>
              {tech}
            </span>
          ))}
          {techStack.length > 5 && <span className={classes.more}>+{techStack.length - 5}</span>}
        </div>
      )}
      <div className={classes.cardFoot}>
        <span title="Members">
          <Users size={14} aria-hidden /> {project.memberCount}
          <span className={classes.hidden}> members</span>
        </span>
        <span title="Open issues">
          <CircleDot size={14} aria-hidden /> {project.openIssueCount}
          <span className={classes.hidden}> open issues</span>
        </span>
        <span className={classes.facts}>{facts.join(' · ')}</span>
        {!role && <JoinButton project={project} />}
      </div>
    </article>
  )
}

export function JoinButton({ project }: { project: Pick<Project, 'name' | 'slug'> }) {
  const [, navigate] = useLocation()
  const [busy, setBusy] = useState(false)
  const join = async () => {
    setBusy(true)
    try {
      await joinProject(project.slug)
      navigate(`/p/${project.slug}`)
    } catch (error) {
      notifyError(error, 'Joining did not work')
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button
      size="compact-sm"
      className={classes.join}
      loading={busy}
      onClick={() => void join()}
      aria-label={`Join ${project.name}`}
    >
      Join
    </Button>
  )
}
