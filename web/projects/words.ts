// How people read what the wire calls by short names.
import type { Role } from '../../protocol/access.ts'
import type { Project } from '../../server/projects/schema.ts'

type Words<Name extends string> = Record<Name, string>

export const roleNames: Words<Role> = {
  admin: 'Admin',
  maintainer: 'Maintainer',
  contributor: 'Contributor',
  member: 'Member',
  guest: 'Guest',
}
export const roleHints: Words<Exclude<Role, 'admin'>> = {
  maintainer: 'Everything, including settings and people',
  contributor: 'Code, chat, calls and issues; assigns issues',
  member: 'Code, chat, calls and issues',
  guest: 'Looks on: reads code, chat and issues',
}
export const difficultyNames: Words<NonNullable<Project['difficulty']>> = {
  beginner: 'Beginner',
  intermediate: 'Intermediate',
  advanced: 'Advanced',
}
export const statusNames: Words<Project['status']> = {
  active: 'Active',
  paused: 'Paused',
  completed: 'Completed',
  archived: 'Archived',
}
export const categories: Words<string> = {
  web: 'Web',
  mobile: 'Mobile',
  backend: 'Backend',
  data: 'Data and AI',
  games: 'Games',
  devtools: 'Developer tools',
  design: 'Design',
  hardware: 'Hardware',
  education: 'Education',
  other: 'Other',
}

/** For Select: `{ value, label }`. */
export const choices = (words: Words<string>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }))
