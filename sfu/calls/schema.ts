// What call requests may look like. Strict enough that mediasoup can serialise whatever passes: an error halfway
// would leave its shared buffer unusable for the next request.
import { z } from 'zod'
import type {
  DtlsParameters,
  RtpCapabilities,
  RtpHeaderExtensionUri,
  RtpParameters,
} from 'mediasoup-client/types'
import { callReactions, mediaSources, type CallRequests } from '../../protocol/calls.ts'
import { MAX_STANDUP_NOTE } from '../../protocol/limits.ts'
import { MAX_CONSUMERS } from '../consumers.ts'
import { MAX_PEERS, MAX_TRANSPORTS } from '../limits.ts'

const id = z.string().toLowerCase().pipe(z.uuid())
const word = z.string().min(1).max(255)
const kind = z.enum(['audio', 'video'])
const uint8 = z.int().min(0).max(255)
const uint32 = z.int().min(0).max(0xffff_ffff)
const payloadType = z.int().min(0).max(127)
const extensionId = z.int().min(1).max(255)
const few = <T extends z.ZodType>(item: T, most = 32) => z.array(item).max(most)

/** Codec and header extension parameters, such as `profile-level-id`. */
const parameters = z
  .record(z.string().max(64), z.union([z.string().max(512), z.int32(), z.boolean()]))
  .refine((value) => Object.keys(value).length <= 32, { message: 'too many parameters' })

const rtcpFeedback = few(
  z.object({ type: z.string().max(64), parameter: z.string().max(64).exactOptional() }),
)
const codec = z.object({
  mimeType: z.string().regex(/^(audio|video)\/[\w.-]{1,40}$/i, 'not the MIME type of a codec'),
  clockRate: z.int().min(1).max(1_000_000),
  channels: z.int().min(1).max(8).exactOptional(),
  parameters: parameters.exactOptional(),
  rtcpFeedback: rtcpFeedback.exactOptional(),
})
// Browsers may know extensions that the types do not list; mediasoup ignores those that it does not know.
const uri = word as unknown as z.ZodType<RtpHeaderExtensionUri>

export const rtpCapabilitiesSchema: z.ZodType<RtpCapabilities> = z.object({
  codecs: few(codec.extend({ kind, preferredPayloadType: payloadType }), 100).exactOptional(),
  headerExtensions: few(
    z.object({
      kind,
      uri,
      preferredId: extensionId,
      preferredEncrypt: z.boolean().exactOptional(),
      direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).exactOptional(),
    }),
    100,
  ).exactOptional(),
})

const encoding = z.object({
  active: z.boolean().exactOptional(),
  ssrc: uint32.exactOptional(),
  rid: z
    .string()
    .regex(/^[a-zA-Z0-9]{1,16}$/, 'not a RID')
    .exactOptional(),
  codecPayloadType: payloadType.exactOptional(),
  rtx: z.object({ ssrc: uint32 }).exactOptional(),
  dtx: z.boolean().exactOptional(),
  scalabilityMode: z
    .string()
    .regex(/^[LS][1-9]\d?T[1-9]\d?(_KEY(_SHIFT)?)?$/, 'not a scalability mode')
    .exactOptional(),
  maxBitrate: uint32.exactOptional(),
})

export const rtpParametersSchema: z.ZodType<RtpParameters> = z.object({
  mid: word.max(64).exactOptional(),
  codecs: few(codec.extend({ payloadType })).min(1),
  headerExtensions: few(
    z.object({
      uri,
      id: extensionId,
      encrypt: z.boolean().exactOptional(),
      parameters: parameters.exactOptional(),
    }),
  ).exactOptional(),
  encodings: few(encoding, 8).exactOptional(),
  rtcp: z
    .object({
      cname: z.string().max(255).exactOptional(),
      reducedSize: z.boolean().exactOptional(),
    })
    .exactOptional(),
  msid: z.string().max(255).exactOptional(),
})

/** Hexadecimal digits of the hash (RFC 8122). */
const hashLength = { 'sha-1': 40, 'sha-224': 56, 'sha-256': 64, 'sha-384': 96, 'sha-512': 128 }

export const dtlsParametersSchema: z.ZodType<DtlsParameters> = z.object({
  role: z.enum(['auto', 'client', 'server']).exactOptional(),
  fingerprints: few(
    z
      .object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2})+$/i, 'not a fingerprint'),
      })
      .refine(
        ({ algorithm, value }) => value.replaceAll(':', '').length === hashLength[algorithm],
        {
          message: 'the fingerprint does not have the length of its algorithm',
        },
      ),
    8,
  ).min(1, 'without a fingerprint nobody can be recognised'),
})

const call = z.object({ projectId: id, channelId: id.optional() })
const onTransport = call.extend({ transportId: id })

type CallSchemas = { [Name in keyof CallRequests]: z.ZodType<CallRequests[Name][0]> }

export const callSchemas: CallSchemas = {
  call_join: call.extend({
    resume: z
      .object({
        peerId: id,
        secret: z.string().max(64),
        holds: few(id, MAX_TRANSPORTS + mediaSources.length + MAX_CONSUMERS),
      })
      .optional(),
  }),
  call_leave: call,
  call_create_transport: call.extend({ direction: z.enum(['send', 'receive']) }),
  call_connect_transport: onTransport.extend({ dtlsParameters: dtlsParametersSchema }),
  call_restart_ice: onTransport,
  call_produce: onTransport
    .extend({
      kind,
      source: z.enum(mediaSources),
      rtpParameters: rtpParametersSchema,
      paused: z.boolean().optional(),
    })
    // mediasoup would take Opus as video.
    .refine(
      ({ kind: type, rtpParameters: { codecs } }) =>
        codecs.every(({ mimeType }) => mimeType.toLowerCase().startsWith(`${type}/`)),
      {
        path: ['rtpParameters', 'codecs'],
        message: 'codecs of another kind',
      },
    ),
  call_pause_producer: call.extend({ producerId: id, paused: z.boolean() }),
  call_close_producer: call.extend({ producerId: id }),
  call_consume: onTransport.extend({ producerId: id, rtpCapabilities: rtpCapabilitiesSchema }),
  call_pause_consumer: call.extend({ consumerId: id }),
  call_resume_consumer: call.extend({ consumerId: id }),
  call_set_layers: call.extend({
    consumerId: id,
    spatialLayer: uint8,
    temporalLayer: uint8.optional(),
  }),
  call_raise_hand: call.extend({ raised: z.boolean(), peerId: id.optional() }),
  call_react: call.extend({ emoji: z.enum(callReactions) }),
  call_standup: z.discriminatedUnion('action', [
    call.extend({
      action: z.literal('start'),
      seconds: z.int().min(10).max(900).optional(),
      order: few(id, MAX_PEERS).min(1).optional(),
    }),
    call.extend({ action: z.enum(['next', 'skip']), current: id.optional() }),
    call.extend({ action: z.literal('stop') }),
    call.extend({ action: z.literal('note'), note: z.string().trim().max(MAX_STANDUP_NOTE) }),
  ]),
  call_decline: call,
  call_mute: call.extend({
    peerId: id.optional(),
    source: z.enum(['microphone', 'camera']).optional(),
  }),
  call_stop_share: call.extend({ peerId: id }),
  call_remove: call.extend({ peerId: id }),
  call_lock: call.extend({ locked: z.boolean() }),
  call_end: call,
  call_admit: call.extend({ knockId: id, admit: z.boolean() }),
  call_knock: call,
}
