// /connection: whether calls work from here, on which ways, and why not on the others.
import { useEffect, useState, type ReactNode } from 'react'
import { Button, Loader, Text, Title } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import {
  ArrowLeft,
  Cable,
  Camera,
  CircleCheck,
  CircleMinus,
  CircleX,
  Copy,
  Mic,
  RefreshCw,
  Server,
  TriangleAlert,
  Waypoints,
} from 'lucide-react'
import { useOptionalSocket } from '../connection.tsx'
import { createStore, useStore } from '../store.ts'
import { useTitle } from '../title.ts'
import { TopBar } from '../topbar.tsx'
import classes from './probe.module.css'
import { asText, hasRelay } from './report.ts'
import { startTest, type Run, type Tested } from './run.ts'
import { sayVerdict, type Verdict } from './verdict.ts'
import { wayKey } from './ways.ts'
import {
  nameWay,
  noRelay,
  placeOf,
  sayDevice,
  saySocket,
  sayWay,
  type Finding,
  type Grade,
} from './words.ts'

const none = createStore<Tested | null>(null)

export function ConnectionPage() {
  useTitle('Connection test')
  const socket = useOptionalSocket()
  const [run, setRun] = useState<Run | null>(null)
  const tested = useStore(run ?? none)
  useEffect(() => () => run?.cancel(), [run])
  const start = () => socket && setRun(startTest(socket, location.hostname))
  return (
    <>
      <TopBar />
      <main className={classes.page}>
        {history.length > 1 && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            leftSection={<ArrowLeft size={15} />}
            onClick={() => history.back()}
          >
            Back
          </Button>
        )}
        <Title order={1} size="h3">
          Connection test
        </Title>
        <Text c="var(--text-dim)" size="sm">
          Tries whether calls work from this browser, and on which ways picture and sound get
          through.
        </Text>
        {tested === null ? (
          <Start onStart={start} />
        ) : (
          <Results tested={tested} onAgain={start} onCancel={() => run?.cancel()} />
        )}
      </main>
    </>
  )
}

function Start({ onStart }: { onStart: () => void }) {
  return (
    <section className={classes.start}>
      <Text size="sm">
        It takes about 15 seconds. Your browser may ask for the microphone and the camera: they are
        opened for a moment, and nothing of them is sent.
      </Text>
      <Button onClick={onStart} autoFocus>
        Start the test
      </Button>
    </section>
  )
}

interface ResultsProps {
  tested: Tested
  onAgain: () => void
  onCancel: () => void
}

function Results({ tested, onAgain, onCancel }: ResultsProps) {
  const { state, socket, devices, ways, refusal, host } = tested
  const clipboard = useClipboard()
  const running = state === 'running'
  const trials = (ways ?? []).flatMap(({ trial }) => trial ?? [])
  // Why one fails is clear when the others are known.
  const all = trials.length === ways?.length || !running
  return (
    <>
      <Summary tested={tested} />
      <div className={classes.actions}>
        {running ? (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        ) : (
          <>
            <Button leftSection={<RefreshCw size={15} />} onClick={onAgain}>
              Test again
            </Button>
            <Button
              variant="default"
              leftSection={<Copy size={15} />}
              onClick={() => clipboard.copy(asText(tested, navigator.userAgent))}
            >
              {clipboard.copied ? 'Copied' : 'Copy the report'}
            </Button>
          </>
        )}
      </div>
      <Section title="Server">
        <Row
          icon={<Server size={17} />}
          title="Connection to the server"
          finding={socket && saySocket(socket)}
          running={running}
        />
      </Section>
      <Section title="Microphone and camera">
        {(['microphone', 'camera'] as const).map((device) => {
          const trial = devices?.find((one) => one.device === device)
          return (
            <Row
              key={device}
              icon={device === 'camera' ? <Camera size={17} /> : <Mic size={17} />}
              title={device === 'camera' ? 'Camera' : 'Microphone'}
              finding={trial ? sayDevice(trial) : null}
              running={running}
              waiting="Your browser may ask you for it"
            />
          )
        })}
      </Section>
      <Section title="Ways for picture and sound">
        {refusal !== null && (
          <Row
            icon={<Cable size={17} />}
            title="Calls of this server"
            finding={{ grade: 'bad', text: refusal }}
            running={false}
          />
        )}
        {ways?.map(({ way, trial }) => (
          <Row
            key={wayKey(way)}
            icon={way.kind === 'relay' ? <Waypoints size={17} /> : <Cable size={17} />}
            title={nameWay(way)}
            place={placeOf(way)}
            finding={
              trial && (all || trial.reached === 'echo') ? sayWay(trial, trials, host) : null
            }
            running={running}
          />
        ))}
        {ways && !hasRelay(ways) && all && (
          <Row
            icon={<Waypoints size={17} />}
            title="Through a relay"
            finding={noRelay(trials)}
            running={false}
          />
        )}
        {!ways && refusal === null && (
          <Row icon={<Cable size={17} />} title="Every way" finding={null} running={running} />
        )}
      </Section>
    </>
  )
}

function Summary({ tested }: { tested: Tested }) {
  if (tested.state === 'running')
    return (
      <div className={classes.summary} role="status">
        <Loader size={22} />
        <div>
          <strong>Testing…</strong>
          <span>A way that is blocked is waited for, up to 15 seconds.</span>
        </div>
      </div>
    )
  const verdict: Verdict =
    tested.state === 'done'
      ? sayVerdict(tested)
      : { grade: 'spare', title: 'Cancelled', text: 'What was found until then is below.' }
  return (
    <div className={classes.summary} data-grade={verdict.grade} role="status">
      <Mark grade={verdict.grade} size={24} />
      <div>
        <strong>{verdict.title}</strong>
        <span>{verdict.text}</span>
      </div>
    </div>
  )
}

const gradeNames: Record<Grade, string> = {
  good: 'Works',
  fair: 'Works, but not well',
  bad: 'Does not work',
  spare: 'Not needed',
}

function Mark({ grade, size = 18 }: { grade: Grade; size?: number }) {
  const Icon = { good: CircleCheck, fair: TriangleAlert, bad: CircleX, spare: CircleMinus }[grade]
  return (
    <Icon size={size} className={classes.mark} data-grade={grade} aria-label={gradeNames[grade]} />
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} size="h6" mb={6}>
        {title}
      </Title>
      <ul className={classes.rows}>{children}</ul>
    </section>
  )
}

interface RowProps {
  icon: ReactNode
  title: string
  place?: string
  finding: Finding | null
  running: boolean
  waiting?: string
}

function Row({ icon, title, place, finding, running, waiting = 'Being tried' }: RowProps) {
  return (
    <li className={classes.row}>
      <span className={classes.icon} aria-hidden>
        {icon}
      </span>
      <div className={classes.text}>
        <span className={classes.title}>
          {title}
          {place && <span className={classes.place}>{place}</span>}
        </span>
        <span className={classes.said}>
          {finding ? finding.text : running ? `${waiting}…` : 'Not tried'}
        </span>
      </div>
      {finding ? <Mark grade={finding.grade} /> : running && <Loader size={16} />}
    </li>
  )
}
