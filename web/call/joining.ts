// Joins a call, and brings what the server tells of it to the connection.
import { Device } from 'mediasoup-client'
import type { CallEndReason } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import { CallConnection, type ConnectionEvents } from './connection.ts'
import { withKnock, withoutKnock } from './knocking.ts'
import { createLine } from './line.ts'
import { collectNews, patiently, type Signalling } from './signalling.ts'
import { timed } from './state.ts'

/** After other reasons one joins again. */
const finalReasons: Partial<Record<CallEndReason, Error>> = {
  removed: new AppError('CONFLICT', 'A moderator removed you from the call.', {
    refused: 'removed',
  }),
  ended: new Error('The call was ended for everybody.'),
  sent_too_much: new Error('This browser sent more than a call takes.'),
}

/** @throws whatever call_join is refused with */
export async function openConnection(
  hastySignalling: Signalling,
  events: ConnectionEvents,
): Promise<CallConnection> {
  const signalling = createLine(patiently(hastySignalling))
  const news = collectNews(signalling)
  try {
    const [joined, device] = await Promise.all([
      signalling.request('call_join', signalling.address),
      Device.factory(),
    ])
    await device.load({ routerRtpCapabilities: joined.rtpCapabilities })
    const connection = new CallConnection({ ...events, signalling, device, joined, news })
    connection.hear({
      call_peer_joined: ({ peer }) => connection.addPeer(peer),
      call_peer_left: ({ peerId }) => connection.removePeer(peerId),
      call_producer_added: ({ producer }) => connection.addProducer(producer),
      call_producer_closed: ({ producerId }) => connection.removeProducer(producerId),
      call_producer_paused: ({ producerId, paused }) =>
        connection.remote.change(producerId, { muted: paused }),
      call_moved: () => {
        connection.freeze()
        events.onMoved()
      },
      call_hand: ({ peerId, hand }) => connection.changePeer(peerId, { hand }),
      call_quality: ({ peerId, score }) => connection.changePeer(peerId, { score }),
      call_reaction: ({ peerId, emoji }) => events.onMoment({ kind: 'reaction', peerId, emoji }),
      call_speaker: ({ peerId }) => connection.changeShared({ speaker: peerId }),
      call_layers: ({ consumerId, spatialLayer }) =>
        connection.receiver.setLayer(consumerId, spatialLayer),
      call_standup_changed: ({ standup }) => connection.changeShared({ standup: timed(standup) }),
      call_knock: (knock) => connection.changeShared(withKnock(connection.shared, knock)),
      call_knock_ended: ({ knockId }) =>
        connection.changeShared(withoutKnock(connection.shared, knockId)),
      call_ringing: ({ userIds }) => connection.changeShared({ ringing: userIds }),
      call_ring_ended: ({ userId }) =>
        connection.changeShared({
          ringing: connection.shared.ringing.filter((id) => id !== userId),
        }),
      call_locked: ({ locked, by }) => {
        connection.changeShared({ locked })
        events.onMoment({ kind: 'locked', locked, by })
      },
      call_muted({ source, by }) {
        events.onMuted(source)
        events.onMoment({ kind: 'muted', source, by })
      },
      call_ended: ({ peerId, reason }) => {
        if (peerId !== connection.peerId) return
        connection.lose(finalReasons[reason])
      },
    })
    return connection
  } catch (error) {
    news.stop()
    throw error
  }
}
