// Who else has the file open: to go to where they are, or with them.
import { Menu, UnstyledButton } from '@mantine/core'
import type { EditorView } from '@codemirror/view'
import { Eye, EyeOff, LocateFixed } from 'lucide-react'
import { PersonAvatar } from '../people/avatar.tsx'
import { useStore } from '../store.ts'
import type { Person } from './awareness.ts'
import type { OpenDocument } from './documents.ts'
import { follow, following, stopFollowing } from './following.ts'
import { goToPerson } from './cursors.ts'
import classes from './editor.module.css'

const SHOWN = 5

interface Props {
  people: readonly Person[]
  document: OpenDocument
  view: EditorView | null
}

export function FilePeople({ people, document, view }: Props) {
  const leader = useStore(following)
  return (
    <span className={classes.people} role="group" aria-label="In this file">
      {people.slice(0, SHOWN).map((person) => (
        <Menu key={person.id} position="bottom-end" width={200}>
          <Menu.Target>
            <UnstyledButton
              className={classes.person}
              aria-label={`${person.name}, in this file`}
              title={person.name}
            >
              <PersonAvatar
                size={22}
                title={false}
                user={{ id: person.id, username: '', displayName: person.name, avatar: '' }}
              />
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{person.name}</Menu.Label>
            <Menu.Item
              leftSection={<LocateFixed size={15} />}
              onClick={() => {
                if (view) goToPerson(view, document, person.id)
              }}
            >
              Go to cursor
            </Menu.Item>
            {leader?.id === person.id ? (
              <Menu.Item leftSection={<EyeOff size={15} />} onClick={() => stopFollowing()}>
                Stop following
              </Menu.Item>
            ) : (
              <Menu.Item leftSection={<Eye size={15} />} onClick={() => follow(person)}>
                Follow
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      ))}
      {people.length > SHOWN && (
        <span title={people.map(({ name }) => name).join(', ')}>+{people.length - SHOWN}</span>
      )}
    </span>
  )
}
