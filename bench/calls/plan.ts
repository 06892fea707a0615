// What the processes of the forwarding benchmark tell each other.
export const PAYLOAD_TYPE = 101
/** Bytes of a packet without its RTP header; what browsers send has about as many */
export const PAYLOAD = 1_100

export interface SfuPlan {
  /** Where each peer receives */
  ports: number[]
}
export interface SfuNews {
  /** Where each peer sends to */
  sendPorts: number[]
  workerPid: number
  /** KiB that all peers took together */
  memory: { worker: number; node: number }
}
export type LoadPlan =
  | { kind: 'open'; peers: number }
  | { kind: 'send'; sendPorts: number[]; bitrate: number; warmUp: number; seconds: number }
export type LoadNews =
  | { kind: 'opened'; ports: number[] }
  | { kind: 'warm' }
  | { kind: 'done'; sent: number; received: number; delays: number[]; behind: number }
