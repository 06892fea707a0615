import { expect, it } from 'vitest'
import { AppError } from '../protocol/errors.ts'
import { readRefusal } from './fields.ts'

it('puts what the server says about a field beside the field', () => {
  const details = [
    { path: 'email', message: 'invalid address' },
    { path: 'tags.0', message: 'too long' },
  ]
  const error = new AppError('VALIDATION_ERROR', 'email: invalid address', details)
  expect(readRefusal(error, ['email', 'tags'])).toEqual({
    message: null,
    fields: { email: 'Invalid address', tags: 'Too long' },
  })
})

it('reads conflicts that name one field', () => {
  const error = new AppError('CONFLICT', 'This username is taken', { field: 'username' })
  expect(readRefusal(error, ['username']).fields).toEqual({ username: 'This username is taken' })
})

it('shows the sentence above the form where no field of it is concerned', () => {
  const details = [{ path: 'other', message: 'is wrong' }]
  const error = new AppError('VALIDATION_ERROR', 'other: is wrong', details)
  expect(readRefusal(error, ['email']).message).toBe('other: is wrong')
  expect(readRefusal(new TypeError('x is undefined'), ['email']).message).toBe(
    'Something went wrong. Please try again.',
  )
})
