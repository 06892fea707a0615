import { expect, it } from 'vitest'
import { detectIndentation } from './indentation.ts'
import { findLanguage, languageNames } from './languages.ts'

const nameOf = (...args: Parameters<typeof findLanguage>) => findLanguage(...args)?.name ?? null

it('knows languages by the name of the file, also without an ending', () => {
  const names = {
    'src/main.ts': 'TypeScript',
    'a/READ.ME.MD': 'Markdown',
    Dockerfile: 'Dockerfile',
    'deploy/Dockerfile.web': 'Dockerfile',
    Makefile: 'Shell',
    '.bashrc': 'Shell',
    'lib/CMakeLists.txt': 'CMake',
    '.env.example': 'Properties files',
    Gemfile: 'Ruby',
    'go.mod': 'Go',
    'notes.txt': null,
  }
  for (const [path, language] of Object.entries(names))
    expect([path, nameOf(path)]).toEqual([path, language])
})

it('asks the first line where the name says nothing, and what was chosen before both', () => {
  expect(nameOf('bin/run', '#!/usr/bin/env -S PATH=/x python3.12 -u')).toBe('Python')
  expect(nameOf('bin/run', '#!/bin/bash -e')).toBe('Shell')
  expect(nameOf('bin/run', '#! /usr/local/bin/node')).toBe('JavaScript')
  expect(nameOf('bin/run', 'plain')).toBeNull()
  expect(nameOf('main.ts', '#!/bin/sh')).toBe('TypeScript')
  expect(nameOf('main.ts', '', 'Rust')).toBe('Rust')
  expect(languageNames.length).toBeGreaterThan(100)
})

it('reads the indentation from the text, and keeps the usual where there is none', () => {
  const usual = { tabs: false, width: 2 }
  const of = (text: string) => detectIndentation(text.split('\n'), usual)
  expect(of('a\n    b\n        c\n    d')).toEqual({ tabs: false, width: 4 })
  expect(of('/**\n * x\n */\na\n   b\n      c')).toEqual({ tabs: false, width: 3 })
  expect(of('a\n\tb\n\t\tc')).toEqual({ tabs: true, width: 2 })
  expect(of('a\nb')).toEqual(usual)
})
