// A real TURN server on loopback, with the credentials that ours grants: coturn.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { TurnConfig } from '../sfu/turn.ts'
import { findProgram } from './programs.ts'
import { freePort, stop } from './services.ts'

export const hasCoturn = Boolean(findProgram('turnserver'))

/** @param relayPorts of what it sends on, first and last */
export async function startTurn(relayPorts: readonly [number, number]) {
  const program = findProgram('turnserver')
  if (!program) throw new Error('coturn is not to be had here: skip this test')
  const port = await freePort()
  const secret = 'north by northwest'
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-turn-'))
  const args = [
    '-n',
    '--use-auth-secret',
    `--static-auth-secret=${secret}`,
    '--realm=openlaunch',
    '--listening-ip=127.0.0.1',
    '--relay-ip=127.0.0.1',
    `--listening-port=${port}`,
    `--min-port=${relayPorts[0]}`,
    `--max-port=${relayPorts[1]}`,
    // Our media ports are on loopback here.
    '--allow-loopback-peers',
    '--no-cli',
    '--no-tls',
    '--no-dtls',
    '--no-multicast-peers',
    `--userdb=${directory}/users`,
    `--pidfile=${directory}/pid`,
    '--log-file=stdout',
  ]
  const child = spawn(program, args, { cwd: directory, stdio: 'ignore' })
  await answers(port)
  return {
    config: (transport: 'udp' | 'tcp'): TurnConfig => ({
      urls: [`turn:127.0.0.1:${port}?transport=${transport}`],
      secret,
    }),
    async close() {
      await stop(child)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function answers(port: number) {
  for (let tries = 0; tries < 100; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('coturn did not start')
}
