// Vim and Emacs keys, loaded when somebody chooses them. Both would undo by CodeMirror's history, which is not there:
// it would take back what others wrote.
import { Prec, type Extension } from '@codemirror/state'
import { ViewPlugin, type EditorView } from '@codemirror/view'
import type { Preferences } from './preferences.ts'
import { redo, separateEdits, undo } from './undo.ts'

async function loadVim(): Promise<Extension> {
  const { CodeMirror, getCM, vim } = await import('@replit/codemirror-vim')
  CodeMirror.commands.undo = ({ cm6 }) => undo(cm6)
  CodeMirror.commands.redo = ({ cm6 }) => redo(cm6)
  // Each command is taken back on its own, and a visit to insert mode with the command that led there.
  const steps = ViewPlugin.define((view) => {
    const cm = getCM(view)
    const separate = () => {
      if (!cm?.state.vim?.insertMode) separateEdits(view)
    }
    const events = ['vim-command-done', 'vim-mode-change']
    for (const event of events) cm?.on(event, separate)
    return {
      destroy() {
        for (const event of events) cm?.off(event, separate)
      },
    }
  })
  return [Prec.highest(vim({ status: true })), steps]
}

async function loadEmacs(): Promise<Extension> {
  const { emacs, EmacsHandler } = await import('@replit/codemirror-emacs')
  EmacsHandler.bindKey('C-/|C-x u|S-C--|C-z', undo)
  EmacsHandler.bindKey('S-C-/|S-C-x u|C--|S-C-z', redo)
  const { yank, yankRotate } = EmacsHandler.commands as Record<
    'yank' | 'yankRotate',
    { exec: (handler: { view: EditorView; $data: { lastCommand: string | null } }) => void }
  >
  EmacsHandler.addCommands({
    yank: {
      ...yank,
      exec(handler: Parameters<typeof yank.exec>[0]) {
        separateEdits(handler.view)
        yank.exec(handler)
      },
    },
    yankRotate: {
      ...yankRotate,
      exec(handler: Parameters<typeof yank.exec>[0]) {
        if (handler.$data.lastCommand === 'yank') undo(handler.view)
        separateEdits(handler.view)
        yankRotate.exec(handler)
      },
    },
  })
  return Prec.highest(emacs())
}

const loaders = { vim: loadVim, emacs: loadEmacs }
const loaded = new Map<string, Promise<Extension>>()

/** Without its chunk: the default keys, and the next choice tries again. */
export async function loadKeymap(name: Preferences['keymap']): Promise<Extension> {
  if (name === 'default') return []
  const found = loaded.get(name) ?? loaders[name]()
  loaded.set(name, found)
  return found.catch(() => {
    loaded.delete(name)
    return []
  })
}
