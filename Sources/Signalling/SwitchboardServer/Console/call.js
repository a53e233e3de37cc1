// One call with one kiosk: the dialect's messages on one side, the browser's peer connection on the other.

const ringTime = 75_000;  // the kiosk gives up after 60 s by itself and says so
const lostTime = 60_000;
const relayOnly = new URLSearchParams(location.search).has('relay');
const restTime = 3_000;  // a kiosk that has just connected says a moment later that it is in a call

export class Call extends EventTarget {
  /**
   * @param {Socket} socket
   * @param {object} me {userName, sockId}; sockId changes when the socket comes back
   * @param {object} kiosk as presence lists it: {name, roomId, sockId}
   * @param {MediaStream} stream the clinician's own
   */
  constructor(socket, me, kiosk, stream) {
    super();
    Object.assign(this, {socket, me, kiosk, stream, phase: 'idle', started: 0, weakSince: 0});
    this.remote = new MediaStream();
    this.early = [];
    this.turn = Promise.resolve();
  }

  set(phase, reason) {
    if (this.phase === 'ended' || this.phase === phase) return;
    this.phase = phase;
    if (phase === 'inCall' && !this.started) this.started = Date.now();
    this.dispatchEvent(new CustomEvent('phase', {detail: {phase, reason}}));
  }

  user() { return {userName: this.me.userName, roomId: this.kiosk.roomId, sockId: this.me.sockId, to: this.kiosk.sockId}; }

  join() {
    const {userName, sockId} = this.me;
    this.socket.emit('checkRoom', {userName, sockId, roomId: this.kiosk.roomId});
  }

  /** Calls the kiosk, or answers it if its patient is calling. */
  start(answering) {
    this.answering = answering;
    this.set(answering ? 'connecting' : 'dialling');
    this.join();
    this.timer = setTimeout(() => this.end('unanswered'), ringTime);
  }

  /** The room's users after a join: now the kiosk can be spoken to. */
  joined(users) {
    const mine = users.some(user => user.sockId === this.me.sockId);
    if (!mine) return;
    const kiosk = users.find(user => user.sockId === this.kiosk.sockId) ?? users.find(user => user.userName === this.kiosk.name);
    if (!kiosk) {
      if (this.phase === 'dialling') this.end('kioskGone');
      return;
    }
    this.kiosk = {...this.kiosk, sockId: kiosk.sockId};
    // What was offered while this page's own connection was away went to nobody.
    if (this.said) return this.returned(kiosk.sockId);
    this.said = true;
    this.socket.emit(this.answering ? 'answerVideo' : 'toSendVideo', this.user());
  }

  /** What the room answered to our wish to join: at the ancestor's server two already in it are all it takes. */
  checked(users, limit) {
    if (users.length >= limit && !users.some(user => user.sockId === this.me.sockId)) this.end('roomFull');
  }

  async answered(user) {
    if (user.sockId === this.me.sockId || this.phase !== 'dialling') return;
    this.set('connecting');
    await this.offer();
  }

  rejected(user, own) {
    if (user.sockId === this.me.sockId) return;
    if (this.phase === 'dialling' || this.phase === 'connecting') {
      this.end({busy: 'busy', policy: 'policy'}[own] ?? 'refused');
    }
  }

  hungUp(user) {
    if (user.sockId !== this.me.sockId && user.sockId === this.kiosk.sockId) this.end('ended');
  }

  /** The servers that the switchboard named for this call; `?relay` in the address forces everything through a relay. */
  configuration() {
    return {bundlePolicy: 'max-bundle', iceServers: this.me.iceServers ?? [], iceTransportPolicy: relayOnly ? 'relay' : 'all'};
  }

  connection() {
    this.peer?.close();
    const peer = new RTCPeerConnection(this.configuration());
    this.peer = peer;
    this.early = [];
    for (const track of this.stream.getTracks()) peer.addTrack(track, this.stream);
    if (!this.stream.getVideoTracks().length) peer.addTransceiver('video', {direction: 'recvonly'});
    peer.onicecandidate = ({candidate}) => {
      if (candidate?.candidate && this.peer === peer) this.socket.emit('addIceCandidate', {candidate: candidate.toJSON(), user: this.user(), to: this.kiosk.sockId});
    };
    peer.ontrack = ({track}) => {
      for (const old of this.remote.getTracks()) if (old.kind === track.kind) this.remote.removeTrack(old);
      this.remote.addTrack(track);
      this.dispatchEvent(new Event('remote'));
    };
    peer.onconnectionstatechange = () => { if (this.peer === peer) this.moved(peer.connectionState); };
    return peer;
  }

  moved(state) {
    if (state === 'connected') {
      clearTimeout(this.timer);
      this.set('inCall');
    } else if ((state === 'disconnected' || state === 'failed') && this.started) {
      this.set('reconnecting');
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.end('lost'), lostTime);
      if (state === 'failed') this.restart();
    } else if (state === 'failed') {
      this.end('mediaFailed');
    }
  }

  /** Whether the kiosk says that it rests. One that does so in our call has started anew and knows nothing of it. */
  kioskRests(rests) {
    if (!rests) { clearTimeout(this.rest); this.rest = 0; }
    else if (this.started && !this.rest) this.rest = setTimeout(() => this.end('lost'), restTime);
  }

  /** Negotiates one thing after the other: the kiosk repeats what is not answered soon, and a busy browser is slow. */
  negotiate(step) {
    this.turn = this.turn.then(async () => {
      if (this.phase === 'idle' || this.phase === 'ended') return;
      try { await step(); } catch (error) { this.failed(error); }
    });
    return this.turn;
  }

  restart() {
    return this.negotiate(async () => {
      if (this.peer?.signalingState !== 'stable') return;
      this.peer.setConfiguration(this.configuration());
      await this.makeOffer(this.peer);
    });
  }

  offer() { return this.negotiate(() => this.makeOffer(this.connection(), false)); }

  async makeOffer(peer, iceRestart = true) {
    await peer.setLocalDescription(await peer.createOffer({iceRestart}));
    this.sayOffer(peer);
  }

  /** The kiosk is back, under this socket id. What was offered to it meanwhile went to nobody and is offered again. */
  returned(sockId) {
    this.kiosk = {...this.kiosk, sockId};
    return this.negotiate(async () => {
      if (this.peer?.signalingState === 'have-local-offer') this.sayOffer(this.peer);
    });
  }

  sayOffer(peer) {
    this.socket.emit('receiveOffer', {user: this.user(), offer: peer.localDescription.toJSON(), to: this.kiosk.sockId});
  }

  /** An offer from the kiosk: the first of its own call, an ICE restart, or that of a new media process. */
  offered(offer) {
    return this.negotiate(async () => {
      const fingerprint = sdp => /a=fingerprint:(.*)/.exec(sdp)?.[1].trim().toLowerCase();
      const same = this.peer?.remoteDescription && fingerprint(this.peer.remoteDescription.sdp) === fingerprint(offer.sdp);
      // Said again because the answer got lost: it is answered again, without disturbing what runs.
      if (same && this.peer.signalingState === 'stable' && this.peer.remoteDescription.sdp === offer.sdp) return this.answer(this.peer);
      const early = this.peer ? [] : this.early;
      const peer = same && this.peer.connectionState !== 'closed' ? this.peer : this.connection();
      // Both sides may offer at once: the kiosk's stands, as it knows whether its media process is a new one.
      if (peer.signalingState === 'have-local-offer') await peer.setLocalDescription({type: 'rollback'});
      await peer.setRemoteDescription(offer);
      for (const candidate of early) await peer.addIceCandidate(candidate).catch(() => {});
      await this.flush(peer);
      await peer.setLocalDescription(await peer.createAnswer());
      this.answer(peer);
    });
  }

  answer(peer) {
    const answer = peer.localDescription.toJSON();
    this.socket.emit('receiveAnsewer', {user: this.user(), answer, to: this.kiosk.sockId});
  }

  gotAnswer(answer) {
    return this.negotiate(async () => {
      if (this.peer?.signalingState !== 'have-local-offer') return;
      await this.peer.setRemoteDescription(answer);
      await this.flush(this.peer);
    });
  }

  /** Candidates may come before the description that they belong to. */
  async candidate(candidate) {
    if (!candidate?.candidate) return;
    if (this.peer?.remoteDescription) await this.peer.addIceCandidate(candidate).catch(() => {});
    else if (this.early.length < 64) this.early.push(candidate);
  }

  async flush(peer) {
    for (const candidate of this.early.splice(0)) await peer.addIceCandidate(candidate).catch(() => {});
  }

  failed(error) {
    console.error(error);
    if (!this.started) this.end('mediaFailed');
  }

  /** The signalling came back with another socket id: the live call goes on, and its room is taken again. */
  rejoin(sockId) {
    this.me.sockId = sockId;
    if (this.phase === 'idle' || this.phase === 'ended') return;
    // A call that was not answered yet is asked for again, because the server forgot it.
    if (this.phase === 'dialling') this.said = false;
    this.join();
  }

  async sendTrack(track) {
    const sender = this.peer?.getSenders().find(s => s.track?.kind === track.kind);
    await sender?.replaceTrack(track);
  }

  hangUp() {
    const words = this.phase === 'dialling' ? 'cancelSendVideo' : 'hangupVideo';
    this.socket.emit(words, this.user());
    this.end('self');
  }

  end(reason) {
    if (this.phase === 'ended') return;
    clearTimeout(this.timer);
    clearTimeout(this.rest);
    if (reason !== 'self' && reason !== 'ended') {
      this.socket.emit(this.started || this.phase === 'connecting' ? 'hangupVideo' : 'cancelSendVideo', this.user());
    }
    const {userName, sockId} = this.me;
    this.socket.emit('userLeave', {userName, sockId, roomId: this.kiosk.roomId});
    this.peer?.close();
    this.set('ended', reason);
  }
}
