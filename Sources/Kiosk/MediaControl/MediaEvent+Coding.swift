public import Primitives

extension MediaEvent {
    private enum Kind: UInt8 {
        case hello = 1
        case frameMemory, localDescription, localCandidate, connectionState, deviceState, remoteFrame, localFrame
        case levels, statistics, failure, pong, restartNeeded
    }

    /// Reads one datagram. Allocates only for texts and lists.
    public static func decode(_ datagram: RawSpan) throws(MediaControlError) -> MediaEvent {
        guard datagram.byteCount <= MediaControl.maximumMessageSize else { throw .tooLong }
        var fields = ByteReader(datagram)
        let first = try fields.byte()
        guard let kind = Kind(rawValue: first) else { throw .unknownMessage(first) }
        let event: MediaEvent
        switch kind {
        case .hello:
            let version = try fields.short()
            var pools: [PoolSummary] = []
            for _ in 0..<(try fields.length(elementsOf: 12)) {
                pools.append(
                    PoolSummary(name: try fields.text(), slots: try fields.word(), slotSize: try fields.word()))
            }
            event = .hello(version: version, pools: pools)
        case .frameMemory:
            let memory = FrameMemory(
                maximumWidth: Int(try fields.short()), maximumHeight: Int(try fields.short()),
                slots: Int(try fields.word()), slotSize: Int(try fields.word()))
            guard memory.isSound else { throw .invalidField }
            event = .frameMemory(memory)
        case .localDescription:
            event = .localDescription(
                peer: try fields.word(), type: try fields.value(DescriptionType.self), sdp: try fields.text())
        case .localCandidate:
            event = .localCandidate(
                peer: try fields.word(), candidate: try fields.text(), mid: try fields.optionalText(),
                mLineIndex: try fields.optionalShort())
        case .connectionState:
            event = .connectionState(peer: try fields.word(), state: try fields.value(PeerState.self))
        case .restartNeeded: event = .restartNeeded(peer: try fields.word())
        case .deviceState:
            event = .deviceState(
                device: try fields.value(DeviceKind.self), state: try fields.value(DeviceState.self),
                detail: try fields.text())
        case .remoteFrame: event = .remoteFrame(try fields.frame())
        case .localFrame: event = .localFrame(try fields.frame())
        case .levels:
            event = .levels(microphone: try fields.level(), speaker: try fields.level())
        case .statistics:
            let peer = try fields.word()
            var values: [Statistic] = []
            for _ in 0..<(try fields.length(elementsOf: 12)) {
                values.append(Statistic(try fields.text(), try fields.number()))
            }
            event = .statistics(peer: peer, values: values)
        case .failure:
            event = .failure(
                peer: try fields.optionalWord(), code: try fields.value(FailureCode.self), text: try fields.text())
        case .pong:
            let number = try fields.word()
            var heartbeats: [Heartbeat] = []
            for _ in 0..<(try fields.length(elementsOf: 5)) {
                heartbeats.append(
                    Heartbeat(
                        thread: try fields.value(MediaThreadName.self), age: .milliseconds(Int64(try fields.word()))))
            }
            event = .pong(number: number, heartbeats: heartbeats)
        }
        try fields.end()
        return event
    }

    /// The datagram, on the heap.
    public func encoded() throws(MediaControlError) -> [UInt8] {
        try encodedMessage { (fields) in encode(into: &fields) }
    }

    /// Writes the datagram; what does not fit sets `overflowed`. Allocates only for texts, so not for frames and levels.
    @_lifetime(fields: copy fields)
    public func encode(into fields: inout ByteWriter) {
        switch self {
        case .hello(let version, let pools):
            fields.write(Kind.hello.rawValue)
            fields.write(version)
            fields.writeLength(pools.count)
            for pool in pools {
                fields.writeText(pool.name)
                fields.write(pool.slots)
                fields.write(pool.slotSize)
            }
        case .frameMemory(let memory):
            fields.write(Kind.frameMemory.rawValue)
            fields.write(UInt16(clamping: memory.maximumWidth))
            fields.write(UInt16(clamping: memory.maximumHeight))
            fields.write(UInt32(clamping: memory.slots))
            fields.write(UInt32(clamping: memory.slotSize))
        case .localDescription(let peer, let type, let sdp):
            fields.write(Kind.localDescription.rawValue)
            fields.write(peer)
            fields.write(type.rawValue)
            fields.writeText(sdp)
        case .localCandidate(let peer, let candidate, let mid, let mLineIndex):
            fields.write(Kind.localCandidate.rawValue)
            fields.write(peer)
            fields.writeText(candidate)
            fields.writeOptionalText(mid)
            fields.writeOptional(mLineIndex)
        case .connectionState(let peer, let state):
            fields.write(Kind.connectionState.rawValue)
            fields.write(peer)
            fields.write(state.rawValue)
        case .restartNeeded(let peer):
            fields.write(Kind.restartNeeded.rawValue)
            fields.write(peer)
        case .deviceState(let device, let state, let detail):
            fields.write(Kind.deviceState.rawValue)
            fields.write(device.rawValue)
            fields.write(state.rawValue)
            fields.writeText(detail)
        case .remoteFrame(let frame):
            fields.write(Kind.remoteFrame.rawValue)
            fields.write(frame)
        case .localFrame(let frame):
            fields.write(Kind.localFrame.rawValue)
            fields.write(frame)
        case .levels(let microphone, let speaker):
            fields.write(Kind.levels.rawValue)
            fields.writeLevel(microphone)
            fields.writeLevel(speaker)
        case .statistics(let peer, let values):
            fields.write(Kind.statistics.rawValue)
            fields.write(peer)
            fields.writeLength(values.count)
            for statistic in values {
                fields.writeText(statistic.name)
                fields.writeNumber(statistic.value)
            }
        case .failure(let peer, let code, let text):
            fields.write(Kind.failure.rawValue)
            fields.writeOptional(peer)
            fields.write(code.rawValue)
            fields.writeText(text)
        case .pong(let number, let heartbeats):
            fields.write(Kind.pong.rawValue)
            fields.write(number)
            fields.writeLength(heartbeats.count)
            for beat in heartbeats {
                fields.write(beat.thread.rawValue)
                fields.write(UInt32(clamping: beat.age.milliseconds))
            }
        }
    }
}
