// What can be done with a message, above its right end while it is pointed at or has the focus.
import { useState } from 'react'
import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import {
  Copy,
  Ellipsis,
  History,
  Link2,
  MessageSquareText,
  Pencil,
  SmilePlus,
  Trash2,
} from 'lucide-react'
import type { ChatMessage } from '../../../protocol/chat.ts'
import { notify } from '../../notice.ts'
import { useActions } from './actions.ts'
import { commonEmojis, emojiName } from '../emojis/emojis.ts'
import { EmojiPicker } from '../emojis/picker.tsx'
import classes from './message.module.css'

/** What needs a dialog, which the row shows: the toolbar goes when the pointer does. */
export type Dialog = 'delete' | 'versions'

interface Props {
  message: ChatMessage
  onDialog: (dialog: Dialog) => void
  /** While something of it is open it must stay */
  onHold: (held: boolean) => void
}

const copy = (text: string, done: string) =>
  void navigator.clipboard.writeText(text).then(
    () => notify(done),
    () => notify('The browser does not allow copying here'),
  )

export function Toolbar({ message, onDialog, onHold }: Props) {
  const { self, mayWrite, mayModerate, onThread, react, linkTo, setEditing } = useActions()
  const [open, setOpen] = useState<'emoji' | 'menu' | null>(null)
  const show = (what: 'emoji' | 'menu', is: boolean) => {
    setOpen(is ? what : null)
    onHold(is)
  }
  const own = message.author.id === self.id
  const mine = (emoji: string) =>
    message.reactions.some((entry) => entry.emoji === emoji && entry.userIds.includes(self.id))
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Message actions">
      {mayWrite && (
        <>
          {commonEmojis.slice(0, 3).map((emoji) => (
            <button
              key={emoji}
              type="button"
              className={classes.quick}
              aria-label={`React with ${emojiName(emoji)}`}
              aria-pressed={mine(emoji)}
              onClick={() => react(message, emoji, !mine(emoji))}
            >
              {emoji}
            </button>
          ))}
          <EmojiPicker
            opened={open === 'emoji'}
            onChange={(is) => show('emoji', is)}
            onPick={(emoji) => react(message, emoji, true)}
          >
            <ActionIcon aria-label="React" onClick={() => show('emoji', open !== 'emoji')}>
              <SmilePlus size={16} />
            </ActionIcon>
          </EmojiPicker>
        </>
      )}
      {onThread && (
        <Tooltip label={mayWrite ? 'Reply in thread' : 'Open thread'}>
          <ActionIcon
            aria-label={mayWrite ? 'Reply in thread' : 'Open thread'}
            onClick={() => onThread(message.threadId ?? message.id)}
          >
            <MessageSquareText size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <Menu
        position="bottom-end"
        width={210}
        opened={open === 'menu'}
        onChange={(is) => show('menu', is)}
      >
        <Menu.Target>
          <ActionIcon aria-label="More actions">
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {own && mayWrite && (
            <Menu.Item leftSection={<Pencil size={15} />} onClick={() => setEditing(message.id)}>
              Edit message
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<Link2 size={15} />}
            onClick={() => copy(linkTo(message), 'Link copied')}
          >
            Copy link
          </Menu.Item>
          {message.message && (
            <Menu.Item
              leftSection={<Copy size={15} />}
              onClick={() => copy(message.message, 'Text copied')}
            >
              Copy text
            </Menu.Item>
          )}
          {message.editedAt && (
            <Menu.Item leftSection={<History size={15} />} onClick={() => onDialog('versions')}>
              Earlier versions
            </Menu.Item>
          )}
          {((own && mayWrite) || mayModerate) && (
            <>
              <Menu.Divider />
              <Menu.Item
                color="red"
                leftSection={<Trash2 size={15} />}
                onClick={() => onDialog('delete')}
              >
                Delete message
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
