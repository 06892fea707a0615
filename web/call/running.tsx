// The call that one is in: large, or as a strip above what one does meanwhile.
import { useEffect, useRef, useState } from 'react'
import { Alert, Loader } from '@mantine/core'
import { useCall } from './context.tsx'
import { CallControls } from './controls.tsx'
import { Knocks } from './knocks.tsx'
import { useLarge } from './large.ts'
import { PictureInPicture, usePictureInPicture } from './pip.tsx'
import { Reactions } from './reactions.tsx'
import { itemsOf } from './stage/arrange.ts'
import { Stage } from './stage/stage.tsx'
import { Strip } from './stage/strip.tsx'
import { useStageView } from './stage/use.ts'
import { StandupBar } from './standup/standup.tsx'
import type { DeviceKind } from './state.ts'
import { StatisticsDialog } from './statistics/dialog.tsx'
import classes from './call.module.css'

/** Cameras received at most */
const MOST = { desk: 16, phone: 6 }

interface Props {
  phone: boolean
  /** On a phone: whether the call is what is looked at */
  shown: boolean
  onShow: () => void
  /** What is said to whoever is alone in it */
  alone: string
  /** There is nothing beside the call */
  only?: boolean
}

export function RunningCall({ phone, shown, onShow, alone, only = false }: Props) {
  const { state, self } = useCall()
  const view = useStageView()
  const { large, setLarge } = useLarge()
  const [full, setFull] = useState(false)
  const [measuring, measure] = useState(false)
  const pip = usePictureInPicture()
  const arrived = useRef(false)
  useEffect(() => {
    // Wherever on a phone one joined or answered.
    if (phone && !arrived.current) onShow()
    arrived.current = true
  }, [phone, onShow])
  const items = itemsOf(state, self)
  const big = only || (phone ? shown : large)
  const { status, peers } = state
  return (
    <>
      {big ? (
        <div className={classes.panel} data-full={full}>
          <Notices />
          <StandupBar />
          <Stage items={items} view={view} most={phone ? MOST.phone : MOST.desk} />
          <Reactions />
          {peers.length === 0 && status.state === 'joined' && (
            <p className={classes.alone}>{alone}</p>
          )}
          <CallControls
            phone={phone}
            view={view}
            items={items}
            full={full}
            onFull={setFull}
            {...(!only && {
              onShrink() {
                setFull(false)
                setLarge(false)
              },
            })}
            onStatistics={() => measure(true)}
            pip={pip}
          />
        </div>
      ) : (
        <>
          <Notices />
          <Strip
            items={items}
            view={view}
            phone={phone}
            onGrow={phone ? onShow : () => setLarge(true)}
          />
        </>
      )}
      <PictureInPicture pip={pip} items={items} view={view} />
      {measuring && <StatisticsDialog onClose={() => measure(false)} />}
    </>
  )
}

function Notices() {
  const { state, session } = useCall()
  return (
    <>
      <Knocks />
      {state.status.state === 'reconnecting' && (
        <div className={classes.message} role="status">
          <Loader size="xs" /> The connection to the call was lost. Joining again…
        </div>
      )}
      {Object.entries(state.problems).map(([device, problem]) => (
        <Alert
          key={device}
          color="yellow"
          radius={0}
          py={6}
          role="alert"
          withCloseButton
          closeButtonLabel="Close"
          onClose={() => session?.dismissProblem(device as DeviceKind)}
        >
          {problem}
        </Alert>
      ))}
    </>
  )
}
