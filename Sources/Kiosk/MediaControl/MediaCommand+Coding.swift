public import Primitives

extension MediaCommand {
    private enum Kind: UInt8 {
        case hello = 1
        case openPeer, createOffer, remoteOffer, remoteAnswer, remoteCandidate, restartICE, closePeer
        case openDevices, closeDevices, mute, playTone, stopTone, requestStatistics, releaseFrame, ping, privacy,
            network
    }

    /// Reads one datagram. Allocates only for texts and lists.
    public static func decode(_ datagram: RawSpan) throws(MediaControlError) -> MediaCommand {
        guard datagram.byteCount <= MediaControl.maximumMessageSize else { throw .tooLong }
        var fields = ByteReader(datagram)
        let first = try fields.byte()
        guard let kind = Kind(rawValue: first) else { throw .unknownMessage(first) }
        let command: MediaCommand
        switch kind {
        case .hello: command = .hello(version: try fields.short())
        case .openPeer:
            let (peer, role) = (try fields.word(), try fields.value(DescriptionType.self))
            var previous: [MediaSection] = []
            for _ in 0..<(try fields.length(elementsOf: 5)) {
                previous.append(MediaSection(mid: try fields.text(), kind: try fields.value(MediaKind.self)))
            }
            command = .openPeer(peer: peer, role: role, previous: previous)
        case .createOffer: command = .createOffer(peer: try fields.word())
        case .remoteOffer: command = .remoteOffer(peer: try fields.word(), sdp: try fields.text())
        case .remoteAnswer: command = .remoteAnswer(peer: try fields.word(), sdp: try fields.text())
        case .remoteCandidate:
            command = .remoteCandidate(
                peer: try fields.word(), candidate: try fields.text(), mid: try fields.optionalText(),
                mLineIndex: try fields.optionalShort())
        case .restartICE: command = .restartICE(peer: try fields.word())
        case .closePeer: command = .closePeer(peer: try fields.word())
        case .openDevices:
            command = .openDevices(camera: try fields.flag(), microphone: try fields.flag(), speaker: try fields.flag())
        case .closeDevices: command = .closeDevices
        case .mute: command = .mute(microphone: try fields.flag(), camera: try fields.flag())
        case .privacy: command = .privacy(try fields.flag())
        case .network: command = .network(try fields.networkSettings())
        case .playTone: command = .playTone(try fields.value(Tone.self), repeating: try fields.flag())
        case .stopTone: command = .stopTone
        case .requestStatistics: command = .requestStatistics(peer: try fields.word())
        case .releaseFrame: command = .releaseFrame(slot: try fields.word())
        case .ping: command = .ping(number: try fields.word())
        }
        try fields.end()
        return command
    }

    /// The datagram, on the heap.
    public func encoded() throws(MediaControlError) -> [UInt8] {
        try encodedMessage { (fields) in encode(into: &fields) }
    }

    /// Writes the datagram; what does not fit sets `overflowed`. Allocates only for texts.
    @_lifetime(fields: copy fields)
    public func encode(into fields: inout ByteWriter) {
        switch self {
        case .hello(let version):
            fields.write(Kind.hello.rawValue)
            fields.write(version)
        case .openPeer(let peer, let role, let previous):
            fields.write(Kind.openPeer.rawValue)
            fields.write(peer)
            fields.write(role.rawValue)
            fields.writeLength(previous.count)
            for section in previous {
                fields.writeText(section.mid)
                fields.write(section.kind.rawValue)
            }
        case .createOffer(let peer):
            fields.write(Kind.createOffer.rawValue)
            fields.write(peer)
        case .remoteOffer(let peer, let sdp):
            fields.write(Kind.remoteOffer.rawValue)
            fields.write(peer)
            fields.writeText(sdp)
        case .remoteAnswer(let peer, let sdp):
            fields.write(Kind.remoteAnswer.rawValue)
            fields.write(peer)
            fields.writeText(sdp)
        case .remoteCandidate(let peer, let candidate, let mid, let mLineIndex):
            fields.write(Kind.remoteCandidate.rawValue)
            fields.write(peer)
            fields.writeText(candidate)
            fields.writeOptionalText(mid)
            fields.writeOptional(mLineIndex)
        case .restartICE(let peer):
            fields.write(Kind.restartICE.rawValue)
            fields.write(peer)
        case .closePeer(let peer):
            fields.write(Kind.closePeer.rawValue)
            fields.write(peer)
        case .openDevices(let camera, let microphone, let speaker):
            fields.write(Kind.openDevices.rawValue)
            fields.writeFlag(camera)
            fields.writeFlag(microphone)
            fields.writeFlag(speaker)
        case .closeDevices: fields.write(Kind.closeDevices.rawValue)
        case .mute(let microphone, let camera):
            fields.write(Kind.mute.rawValue)
            fields.writeFlag(microphone)
            fields.writeFlag(camera)
        case .privacy(let isOn):
            fields.write(Kind.privacy.rawValue)
            fields.writeFlag(isOn)
        case .network(let settings):
            fields.write(Kind.network.rawValue)
            fields.write(settings)
        case .playTone(let tone, let repeating):
            fields.write(Kind.playTone.rawValue)
            fields.write(tone.rawValue)
            fields.writeFlag(repeating)
        case .stopTone: fields.write(Kind.stopTone.rawValue)
        case .requestStatistics(let peer):
            fields.write(Kind.requestStatistics.rawValue)
            fields.write(peer)
        case .releaseFrame(let slot):
            fields.write(Kind.releaseFrame.rawValue)
            fields.write(slot)
        case .ping(let number):
            fields.write(Kind.ping.rawValue)
            fields.write(number)
        }
    }
}
