/** What opens above the controls: the keys stay in it, and go back to its button. */
export const aboveControls = {
  position: 'top',
  withArrow: true,
  shadow: 'md',
  trapFocus: true,
  returnFocus: true,
} as const
