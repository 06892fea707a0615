import { expect, test } from 'vitest'
import { combine, type Person } from './people.ts'

const part = (idle: boolean, projectId: string, chosen: Person['chosen'] = 'online'): Person => ({
  user: { id: 'ada', username: 'ada', displayName: 'Ada', avatar: '' },
  chosen,
  idle,
  rooms: { [projectId]: [] },
})

test('[P2] one device that asks something, in whichever project and on whichever node, is enough', () => {
  expect(combine([part(true, 'here')], 'here')?.status).toBe('away')
  expect(combine([part(true, 'here'), part(false, 'here')], 'here')?.status).toBe('online')
  expect(combine([part(true, 'here'), part(false, 'elsewhere')], 'here')?.status).toBe('online')
  expect(combine([part(true, 'here'), part(true, 'elsewhere')], 'here')?.status).toBe('away')
  expect(combine([part(false, 'here', 'busy')], 'here')?.status).toBe('busy')
  expect(combine([part(false, 'elsewhere')], 'here')).toBe(undefined)
})
