// Tells the session how large a tile is, and whether anybody sees it.
import { useEffect, type RefObject } from 'react'
import { useCall } from '../context.tsx'

export function useView(element: RefObject<HTMLElement | null>, producerId: string | undefined) {
  const { session } = useCall()
  useEffect(() => {
    const { current } = element
    // The window of a picture in picture is another one.
    const window = current?.ownerDocument.defaultView
    if (!session || !current || !window || producerId === undefined) return
    const view = session.view(producerId)
    const { document } = window
    let near = false
    /** In the small window of the browser it is seen wherever the page is. */
    const isApart = () => current.contains(document.pictureInPictureElement)
    const tell = () => {
      const { clientWidth, clientHeight } = current
      const isShown = near && document.visibilityState === 'visible'
      const seen = (isShown || isApart()) && clientHeight > 0
      const scale = window.devicePixelRatio
      view.resize(seen ? { width: clientWidth * scale, height: clientHeight * scale } : null)
    }
    const intersections = new window.IntersectionObserver(([entry]) => {
      near = entry?.isIntersecting === true
      tell()
    })
    const sizes = new window.ResizeObserver(tell)
    intersections.observe(current)
    sizes.observe(current)
    document.addEventListener('visibilitychange', tell)
    current.addEventListener('leavepictureinpicture', tell)
    return () => {
      intersections.disconnect()
      sizes.disconnect()
      document.removeEventListener('visibilitychange', tell)
      current.removeEventListener('leavepictureinpicture', tell)
      view.end()
    }
  }, [session, element, producerId])
}
