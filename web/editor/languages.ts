// Which language a file is in: by its name, or else by what its first line says runs it.
import { LanguageDescription } from '@codemirror/language'
import { languages } from '@codemirror/language-data'

export const languageNames = languages
  .map(({ name }) => name)
  .sort((a, b) => a.localeCompare(b, 'en'))

const named = (name: string) => languages.find((language) => language.name === name) ?? null

/** Names that CodeMirror's list does not know. Recipes of make are close enough to a shell's lines. */
const special: readonly [RegExp, string][] = [
  [/^((docker|container)file(\..+)?|.+\.(docker|container)file)$/i, 'Dockerfile'],
  [/^((gnu)?makefile(\..+)?|.+\.mk|justfile)$/i, 'Shell'],
  [
    /^\.?(bash(rc|_profile|_login|_logout|_aliases)|zsh(rc|env)|zprofile|profile|kshrc|envrc)$/i,
    'Shell',
  ],
  [
    /^(\.env(\..+)?|\.(git|docker|npm|eslint|prettier)ignore|\.editorconfig|\.npmrc)$/i,
    'Properties files',
  ],
  [/^(\.(babel|eslint|prettier|swc)rc|.+\.(jsonc|webmanifest)|\.?jshintrc)$/i, 'JSON'],
  [/^(Vagrantfile|Podfile|Guardfile|Brewfile|Fastfile|.+\.(gemspec|ru))$/i, 'Ruby'],
  [/^(SConstruct|SConscript|WORKSPACE|.+\.(bzl|bazel|pyi))$/i, 'Python'],
  [/^go\.(mod|work)$/i, 'Go'],
]

const runners: Readonly<Record<string, string>> = {
  ash: 'Shell',
  bash: 'Shell',
  dash: 'Shell',
  fish: 'Shell',
  ksh: 'Shell',
  sh: 'Shell',
  zsh: 'Shell',
  bun: 'TypeScript',
  deno: 'TypeScript',
  'ts-node': 'TypeScript',
  tsx: 'TypeScript',
  node: 'JavaScript',
  nodejs: 'JavaScript',
  lua: 'Lua',
  perl: 'Perl',
  php: 'PHP',
  pwsh: 'PowerShell',
  python: 'Python',
  pypy: 'Python',
  ruby: 'Ruby',
  rscript: 'R',
  tclsh: 'Tcl',
  groovy: 'Groovy',
  julia: 'Julia',
}

/** `#!/usr/bin/env -S python3.12 -u`: `python` */
function runnerOf(firstLine: string): string | null {
  const [program = '', ...rest] =
    /^#!\s*(.+)$/.exec(firstLine.slice(0, 200))?.[1]?.split(/\s+/) ?? []
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
  const asked = nameOf(program) === 'env' ? rest.find((word) => !/^-|=/.test(word)) : program
  return asked
    ? nameOf(asked)
        .toLowerCase()
        .replace(/[\d.]+$/, '')
    : null
}

/**
 * @param firstLine looked at where the name says nothing
 * @param chosen by hand: comes first
 * @returns null for plain text
 */
export function findLanguage(
  path: string,
  firstLine = '',
  chosen: string | null = null,
): LanguageDescription | null {
  if (chosen !== null) return named(chosen)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const known = special.find(([pattern]) => pattern.test(name))
  if (known) return named(known[1])
  const found =
    LanguageDescription.matchFilename(languages, name) ??
    LanguageDescription.matchFilename(languages, name.toLowerCase())
  return found ?? named(runners[runnerOf(firstLine) ?? ''] ?? '')
}
