// A stage for the tests of comments on code: REST and documents over one database, and people who edit for real.
import { createServer } from 'node:http'
import { afterAll } from 'vitest'
import { createAnchor, locateAnchors, type Anchor } from '../protocol/anchor.ts'
import { documentName } from '../protocol/names.ts'
import { openCollab } from '../realtime/documents/fixture.ts'
import { openRest } from './rest.ts'
import type { FileWithContent } from '../server/files/schema.ts'

type Told = { userId: string; name: string; payload: unknown }

export async function openStage(databaseUrl?: string) {
  const told: Told[] = []
  const silence = () => undefined
  const rest = await openRest({
    ...(databaseUrl !== undefined && { databaseUrl }),
    emit: { toUser: (userId, name, payload) => void told.push({ userId, name, payload }) },
  })
  const http = createServer()
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', silence)
    rest.documents.handleUpgrade(request, socket, head)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const url = `ws://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  afterAll(() => {
    http.closeAllConnections()
    http.close()
  })

  return {
    ...rest,
    told,
    /** A file in a project of its own, where its owner edits. */
    async open(name: string, content: string, fields: object = {}) {
      const project = await rest.makeProject(name, fields)
      const { owner, path } = project
      const draft = { path: 'src/main.ts', content }
      const { data: file } = await owner.post<FileWithContent>(`${path}/files`, draft)
      /** Somebody at the live text */
      const edit = async ({ token }: { token: string }) => {
        const client = openCollab({ url }, documentName(file.id), token)
        await client.synced()
        return client
      }
      const { text, saved } = await edit(owner)
      return {
        ...project,
        file,
        url: `${path}/files/${file.id}/threads`,
        edit,
        text,
        saved,
        /** The anchor of these words, which stand in the text once */
        anchor(words: string): Anchor {
          const from = text.toJSON().indexOf(words)
          return createAnchor(text, { from, to: from + words.length })
        },
        /** What an anchor means in the text as the owner sees it; null when it is deleted */
        wordsAt(anchor: Anchor) {
          const [place] = locateAnchors(text, [anchor])
          return typeof place === 'object' ? text.toJSON().slice(place.from, place.to) : null
        },
      }
    },
  }
}
