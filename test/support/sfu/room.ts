import type { types } from 'mediasoup';
import { Room as ProtooRoom, type Peer as ProtooPeer, type WebSocketTransport } from 'protoo-server';
import type { Broadcaster } from './broadcaster.ts';
import type { Dialect, PeerInfo } from './dialect.ts';
import type { ImpairedLinks } from './impaired-link.ts';
import type { Producer } from './media.ts';
import { Peer } from './peer.ts';
import type { StatsKeeper } from './stats.ts';

/** What a room and its peers are given. */
export interface RoomContext {
  roomId: string;
  router: types.Router;
  dialect: Dialect;
  stats: StatsKeeper;
  links: ImpairedLinks;
  host: string;
  mediasoupVersion: string;
}

/**
 * One room: protoo peers, broadcasters and a router. Unlike mediasoup-demo's it stays when its last peer leaves, so that
 * publishers can be in it before anybody joins.
 */
export class Room {
  readonly context: RoomContext;
  readonly peers = new Map<string, Peer>();
  readonly broadcasters = new Map<string, Broadcaster>();
  readonly #protoo = new ProtooRoom();
  readonly #audioLevels: types.AudioLevelObserver;
  readonly #activeSpeaker: types.ActiveSpeakerObserver;
  readonly #bot: types.DataProducer;

  private constructor(
    context: RoomContext,
    audioLevels: types.AudioLevelObserver,
    activeSpeaker: types.ActiveSpeakerObserver,
    bot: types.DataProducer,
  ) {
    this.context = context;
    this.#audioLevels = audioLevels;
    this.#activeSpeaker = activeSpeaker;
    this.#bot = bot;
    this.#announceSpeakers();
  }

  static async create(context: RoomContext): Promise<Room> {
    const { router } = context;
    const audioLevels = await router.createAudioLevelObserver({ maxEntries: 10, threshold: -80, interval: 800 });
    const activeSpeaker = await router.createActiveSpeakerObserver();
    const direct = await router.createDirectTransport();
    const bot = await direct.produceData({ label: 'bot', appData: { channel: 'bot' } });
    return new Room(context, audioLevels, activeSpeaker, bot);
  }

  /** Peers that have joined, broadcasters apart. */
  joinedPeers(except?: Peer): Peer[] {
    return [...this.peers.values()].filter((peer) => peer.joined && peer !== except);
  }

  notifyAll(method: string, data: unknown, except?: Peer): void {
    for (const peer of this.joinedPeers(except)) peer.notify(method, data);
  }

  connect(peerId: string, transport: WebSocketTransport, remoteAddress: string): void {
    this.#protoo.getPeer(peerId)?.close();
    const protooPeer: ProtooPeer = this.#protoo.createPeer(peerId, transport);
    const peer = new Peer(this, protooPeer, remoteAddress);
    this.peers.set(peerId, peer);
    protooPeer.on('close', () => this.#left(peer));
  }

  #left(peer: Peer): void {
    if (this.peers.get(peer.id) === peer) this.peers.delete(peer.id);
    peer.closeTransports();
    if (peer.joined) this.notifyAll('peerClosed', { peerId: peer.id }, peer);
  }

  /** Answers `join`: who is there, then a consumer for everything they send. */
  joined(peer: Peer): PeerInfo[] {
    const others = [...this.joinedPeers(peer), ...[...this.broadcasters.values()].filter(({ joined }) => joined)];
    this.notifyAll('newPeer', this.context.dialect.newPeer(peer), peer);
    // After the answer has been sent.
    setImmediate(() => {
      for (const other of others) {
        for (const producer of other.producers.values()) void peer.consume(producer);
        for (const dataProducer of other.dataProducers.values()) void peer.consumeData(dataProducer, other.id);
      }
      void peer.consumeData(this.#bot, null);
    });
    return others;
  }

  async addProducer(producer: Producer): Promise<void> {
    await this.context.stats.addProducer(this.context.roomId, producer);
    if (producer.kind === 'audio') {
      await this.#audioLevels.addProducer({ producerId: producer.id });
      await this.#activeSpeaker.addProducer({ producerId: producer.id });
    }
    for (const peer of this.joinedPeers()) {
      if (peer.id !== producer.appData.peerId) void peer.consume(producer);
    }
  }

  /** @returns once everybody else has answered. */
  async addDataProducer(dataProducer: types.DataProducer, owner: PeerInfo): Promise<void> {
    if (dataProducer.label === 'bot') return;
    const others = this.joinedPeers().filter((peer) => peer !== owner);
    await Promise.all(others.map((peer) => peer.consumeData(dataProducer, owner.id)));
  }

  addBroadcaster(broadcaster: Broadcaster): void {
    this.removeBroadcaster(broadcaster.id);
    this.broadcasters.set(broadcaster.id, broadcaster);
  }

  removeBroadcaster(id: string): void {
    const broadcaster = this.broadcasters.get(id);
    if (!broadcaster) return;
    broadcaster.close();
    this.broadcasters.delete(id);
    if (broadcaster.joined) this.notifyAll('peerClosed', { peerId: id });
  }

  /** A new display name for a peer or broadcaster, with the notification that the others get. */
  rename(peerId: string, displayName: string): void {
    const participant = this.peers.get(peerId) ?? this.broadcasters.get(peerId);
    if (!participant) throw new Error(`no peer "${peerId}" in room "${this.context.roomId}"`);
    const oldDisplayName = participant.displayName;
    participant.displayName = displayName;
    const except = participant instanceof Peer ? participant : undefined;
    this.notifyAll('peerDisplayNameChanged', { peerId, displayName, oldDisplayName }, except);
  }

  /**
   * Says who speaks, as the observers do. They work by the audio-level header extension, which browsers send and ffmpeg
   * does not: with ffmpeg's publishers nobody would ever be said to speak.
   */
  announceSpeaker(peerId: string | null, volume: number): void {
    const modern = this.context.dialect.name === 'modern';
    if (modern) this.notifyAll('speakingPeers', { peerVolumes: peerId === null ? [] : [{ peerId, volume }] });
    const speaker = modern ? { peerId: peerId ?? undefined } : { peerId, ...(peerId === null ? {} : { volume }) };
    this.notifyAll('activeSpeaker', speaker);
  }

  #announceSpeakers(): void {
    const peerIdOf = (producer: types.Producer): unknown => producer.appData.peerId;
    const modern = this.context.dialect.name === 'modern';
    this.#audioLevels.on('volumes', (volumes) => {
      const loudest = volumes[0];
      if (modern) {
        const peerVolumes = volumes.map(({ producer, volume }) => ({ peerId: peerIdOf(producer), volume }));
        this.notifyAll('speakingPeers', { peerVolumes });
      } else if (loudest) {
        this.notifyAll('activeSpeaker', { peerId: peerIdOf(loudest.producer), volume: loudest.volume });
      }
    });
    this.#audioLevels.on('silence', () => {
      if (modern) this.notifyAll('speakingPeers', { peerVolumes: [] });
      this.notifyAll('activeSpeaker', { peerId: modern ? undefined : null });
    });
    this.#activeSpeaker.on('dominantspeaker', ({ producer }) => {
      if (modern) this.notifyAll('activeSpeaker', { peerId: peerIdOf(producer) });
    });
  }

  close(): void {
    this.#protoo.close();
    this.context.router.close();
  }
}
