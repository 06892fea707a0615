// Keeps a person's own edits within the limits: what would go beyond is not made, and said; deleting always works.
import { EditorState, type Extension, type Transaction } from '@codemirror/state'
import { notifications } from '@mantine/notifications'
import { ySyncAnnotation } from 'y-codemirror.next'
import type { OpenDocument } from './documents.ts'

function countInserted(transaction: Transaction): number {
  let inserted = 0
  transaction.changes.iterChanges((_from, _to, _fromNew, _toNew, text) => (inserted += text.length))
  return inserted
}

// One notice, however long somebody goes on typing.
function tell(message: string) {
  const notice = {
    id: 'limit',
    title: 'Not added',
    message,
    color: 'red',
    autoClose: 7_000,
    withBorder: true,
  }
  // Each does nothing where the other one does.
  notifications.update(notice)
  notifications.show(notice)
}

export const boundEdits = (document: OpenDocument): Extension =>
  EditorState.transactionFilter.of((transaction) => {
    // What others wrote, and undoing, come by way of the shared text.
    if (!transaction.docChanged || transaction.annotation(ySyncAnnotation)) return transaction
    // Not every command asks: those of Emacs do not.
    if (transaction.startState.readOnly) return []
    const grown = transaction.newDoc.length - transaction.startState.doc.length
    const refused = document.refuse(countInserted(transaction), grown)
    if (refused === null) return transaction
    // Not while the editor is computing what it shows.
    queueMicrotask(() => tell(refused))
    return []
  })
