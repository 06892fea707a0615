// That somebody is a guest, beside their name.
import type { PublicUser } from '../../protocol/events.ts'
import classes from './guest.module.css'

export const GuestMark = ({ user }: { user: PublicUser }) =>
  user.guest ? <span className={classes.mark}>Guest</span> : null
