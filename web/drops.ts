/** Files that are dropped where nothing takes them would be opened by the browser, in the place of the page. */
export function keepPageOnDrop(): () => void {
  const ignore = (event: DragEvent) => {
    const { target, dataTransfer } = event
    const isField = target instanceof HTMLInputElement && target.type === 'file'
    if (event.defaultPrevented || isField || !dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    dataTransfer.dropEffect = 'none'
  }
  addEventListener('dragover', ignore)
  addEventListener('drop', ignore)
  return () => {
    removeEventListener('dragover', ignore)
    removeEventListener('drop', ignore)
  }
}
