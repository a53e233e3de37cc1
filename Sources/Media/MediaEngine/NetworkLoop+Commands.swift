import LinuxIO
import MediaControl
import PeerConnection
import Primitives
import SDP

extension NetworkLoop {
    /// Does what kioskd has asked for since the last turn, in order.
    mutating func obeyCommands() {
        while let command = state.commands.pop() { obey(command) }
    }

    private mutating func obey(_ command: MediaCommand) {
        let now = MonotonicClock.now()
        if case .openPeer(let number, _, let previous) = command {
            open(number, previous: previous, now: now)
            return
        }
        if case .network(let settings) = command {
            self.settings = settings
            for peer in peers {
                peer.connection.setICEServers(settings.iceServers, now: now)
                drain(peer)
                peer.flush()
            }
            return
        }
        guard let number = command.peer else { return }
        guard let peer = peer(number) else {
            fail(number, .unknownPeer, "there is no session \(number)")
            return
        }
        do throws(NegotiationError) {
            try obey(command, peer, now: now)
        } catch {
            fail(number, .negotiation, "\(error)")
        }
        drain(peer)
        peer.flush()
        if case .closePeer = command { remove(peer) }
    }

    private mutating func obey(_ command: MediaCommand, _ peer: Peer, now: Instant) throws(NegotiationError) {
        switch command {
        case .createOffer: try offer(peer, now: now)
        case .remoteOffer(_, let sdp):
            // When both sides have offered at once, ours gives way: the other may be a page that knows of no such thing.
            if let answer = try peer.connection.accept(offer: sdp, isPolite: true, now: now) {
                state.control.post(.localDescription(peer: peer.number, type: .answer, sdp: answer))
            }
        case .remoteAnswer(_, let sdp): try peer.connection.accept(answer: sdp, now: now)
        case .remoteCandidate(_, let candidate, let mid, let mLineIndex):
            peer.connection.addRemoteCandidate(candidate, mid: mid, mLineIndex: mLineIndex.map(Int.init), now: now)
        case .restartICE:
            peer.connection.restartICE(now: now)
            try offer(peer, now: now)
        case .closePeer: peer.connection.close(now: now)
        case .requestStatistics:
            state.control.post(.statistics(peer: peer.number, values: state.statistics(of: peer, now: now)))
        default: break  // the control thread keeps the rest for itself
        }
    }

    private func offer(_ peer: Peer, now: Instant) throws(NegotiationError) {
        let sdp = try peer.connection.createOffer(now: now)
        state.control.post(.localDescription(peer: peer.number, type: .offer, sdp: sdp))
    }

    private mutating func open(_ number: PeerNumber, previous: [ResumedSection], now: Instant) {
        guard peer(number) == nil else {
            fail(number, .unknownPeer, "session \(number) is open already")
            return
        }
        guard let index = freeIndex else {
            fail(number, .tooManyPeers, "this kiosk holds \(state.configuration.maximumPeers) sessions at most")
            return
        }
        let sockets: [UDPSocket]
        do throws(SystemError) { sockets = try openSockets() } catch {
            fail(number, .media, "\(error)")
            return
        }
        var configuration = PeerConfiguration()
        configuration.startBitrate = min(configuration.startBitrate, state.configuration.videoBitrate)
        configuration.maximumBitrate = state.configuration.videoBitrate
        configuration.minimumBitrate = state.configuration.minimumVideoBitrate
        configuration.iceServers = settings.iceServers
        configuration.candidatePolicy = settings.candidatePolicy
        configuration.usesTCP = settings.usesTCP
        configuration.previous = previous.compactMap { MediaSlot(mid: $0.mid, kind: SDP.MediaKind($0.kind)) }
        var connection = PeerConnection(
            configuration: configuration, certificate: certificate, packets: state.pools.packets,
            frames: state.pools.incoming, random: random.split(), now: now)
        for socket in sockets { connection.addLocalAddress(socket.localAddress, now: now) }
        let peer = Peer(
            number: number, index: index, connection: connection, sockets: sockets,
            targetBitrate: state.configuration.videoBitrate)
        peers.append(peer)
        for (index, socket) in sockets.enumerated() {
            do throws(SystemError) { try set.add(socket.raw, tag: Self.tag(number, socket: index)) } catch {
                fail(number, .media, "\(error)")
            }
        }
        for socket in sockets { listen(at: socket.localAddress.address, for: peer) }
        drain(peer)
        peer.flush()
    }

    private var freeIndex: Int? {
        for index in 0..<state.configuration.maximumPeers where !peers.contains(where: { $0.index == index }) {
            return index
        }
        return nil
    }

    private mutating func remove(_ peer: Peer) {
        for case let socket? in peer.sockets { set.remove(socket.raw) }
        for place in peer.listeners.indices { endListener(place, of: peer) }
        for case let entry? in peer.streams { endStream(entry.number, of: peer) }
        peers.removeAll { $0 === peer }
        _ = state.toPlay.push(.forget(peer: peer.index))
        state.playoutSignal.signal()
        update()
        if !peer.isLeft { state.control.post(.connectionState(peer: peer.number, state: .closed)) }
    }

    private func fail(_ peer: PeerNumber, _ code: FailureCode, _ text: String) {
        state.control.post(.failure(peer: peer, code: code, text: text))
    }
}

extension MediaCommand {
    /// The session that the command is about.
    var peer: PeerNumber? {
        switch self {
        case .openPeer(let peer, _, _), .createOffer(let peer), .remoteOffer(let peer, _), .remoteAnswer(let peer, _),
            .remoteCandidate(let peer, _, _, _), .restartICE(let peer), .closePeer(let peer),
            .requestStatistics(let peer):
            peer
        case .hello, .network, .openDevices, .closeDevices, .mute, .privacy, .playTone, .stopTone, .releaseFrame, .ping:
            nil
        }
    }
}

extension SDP.MediaKind {
    fileprivate init(_ kind: ResumedKind) {
        switch kind {
        case .audio: self = .audio
        case .video: self = .video
        case .other: self = .other("application")
        }
    }
}
