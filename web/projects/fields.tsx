// The fields of a project, for making one and for changing it.
import {
  Group,
  Input,
  Select,
  SegmentedControl,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import type { Project } from '../../server/projects/schema.ts'
import { categories, choices, difficultyNames } from './words.ts'

export type ProjectDraft = Pick<
  Project,
  'name' | 'description' | 'visibility' | 'category' | 'techStack' | 'difficulty'
>
export const projectFieldNames = ['name', 'description', 'category', 'techStack', 'difficulty']

interface Props {
  draft: ProjectDraft
  onChange: (draft: ProjectDraft) => void
  errors: Readonly<Record<string, string>>
}

export function ProjectFields({ draft, onChange, errors }: Props) {
  const set = (part: Partial<ProjectDraft>) => onChange({ ...draft, ...part })
  return (
    <Stack gap="sm">
      <TextInput
        label="Name"
        placeholder="Weather station"
        required
        withAsterisk={false}
        maxLength={100}
        data-autofocus
        value={draft.name}
        error={errors['name']}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        placeholder="What is it, and who is it for?"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={5_000}
        value={draft.description ?? ''}
        error={errors['description']}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <Input.Wrapper label="Visibility" labelElement="div" labelProps={{ id: 'visibility' }}>
        <SegmentedControl
          fullWidth
          mt={4}
          aria-labelledby="visibility"
          value={draft.visibility}
          onChange={(value) => set({ visibility: value as ProjectDraft['visibility'] })}
          data={[
            { value: 'public', label: 'Public' },
            { value: 'private', label: 'Private' },
          ]}
        />
        <Text size="xs" c="var(--text-dim)" mt={4}>
          {draft.visibility === 'public'
            ? 'Everybody here can see it and join.'
            : 'Only people you invite can see it.'}
        </Text>
      </Input.Wrapper>
      <Group grow align="start">
        <Select
          label="Category"
          placeholder="None"
          clearable
          data={choices(categories)}
          value={draft.category}
          error={errors['category']}
          onChange={(category) => set({ category })}
        />
        <Select
          label="Difficulty"
          placeholder="Not said"
          clearable
          data={choices(difficultyNames)}
          value={draft.difficulty}
          error={errors['difficulty']}
          onChange={(value) => set({ difficulty: value as ProjectDraft['difficulty'] })}
        />
      </Group>
      <TagsInput
        label="Tech stack"
        placeholder={draft.techStack.length > 0 ? '' : 'TypeScript, React, …'}
        description="Press Enter after each."
        maxTags={50}
        value={draft.techStack}
        error={errors['techStack']}
        onChange={(techStack) => set({ techStack })}
      />
    </Stack>
  )
}
