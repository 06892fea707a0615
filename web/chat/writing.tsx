// Who is writing now.
import classes from './chat.module.css'

export function Writing({ names }: { names: readonly string[] }) {
  const [first, second] = names
  const text =
    names.length > 2
      ? 'Several people are writing'
      : second
        ? `${first} and ${second} are writing`
        : first
          ? `${first} is writing`
          : ''
  return (
    <div className={classes.typing} aria-live="polite">
      {text && (
        <>
          <span className={classes.dots} aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {text}…
        </>
      )}
    </div>
  )
}
