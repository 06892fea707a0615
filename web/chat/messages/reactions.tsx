// Who felt what about a message: a click joins in or leaves.
import { useState } from 'react'
import { Tooltip } from '@mantine/core'
import { SmilePlus } from 'lucide-react'
import type { ChatMessage, Reaction } from '../../../protocol/chat.ts'
import { useActions } from './actions.ts'
import { emojiName } from '../emojis/emojis.ts'
import { EmojiPicker } from '../emojis/picker.tsx'
import classes from './message.module.css'

function names({ userIds, count }: Reaction, self: string, nameOf: (id: string) => string) {
  const known = userIds.slice(0, 12).map((id) => (id === self ? 'You' : nameOf(id)))
  const more = count - known.length
  if (more > 0) return `${known.join(', ')} and ${more} more`
  return known.length > 1 ? `${known.slice(0, -1).join(', ')} and ${known.at(-1)}` : known.join()
}

export function Reactions({ message }: { message: ChatMessage }) {
  const { self, mayWrite, nameOf, react } = useActions()
  const [picking, setPicking] = useState(false)
  if (message.reactions.length === 0) return null
  return (
    <div className={classes.reactions} role="group" aria-label="Reactions">
      {message.reactions.map((reaction) => {
        const { emoji, count, userIds } = reaction
        const own = userIds.includes(self.id)
        const who = names(reaction, self.id, nameOf)
        return (
          <Tooltip
            key={emoji}
            label={`${who} reacted with ${emojiName(emoji)}`}
            multiline
            maw={260}
          >
            <button
              type="button"
              className={classes.reaction}
              aria-pressed={own}
              aria-label={`${emojiName(emoji)}, ${count}: ${who}`}
              disabled={!mayWrite}
              onClick={() => react(message, emoji, !own)}
            >
              <span aria-hidden>{emoji}</span> {count}
            </button>
          </Tooltip>
        )
      })}
      {mayWrite && (
        <EmojiPicker
          opened={picking}
          onChange={setPicking}
          onPick={(emoji) => react(message, emoji, true)}
        >
          <button
            type="button"
            className={classes.reaction}
            aria-label="Add another reaction"
            onClick={() => setPicking(!picking)}
          >
            <SmilePlus size={14} />
          </button>
        </EmojiPicker>
      )}
    </div>
  )
}
