public import Primitives

extension VideoFrameBuffer {
    /// The next whole frame, nil if none is ready. Call until nil.
    public mutating func next(now: Instant) -> AssembledVideoFrame? {
        reached(now)
        if retryAt != .distantFuture, now < retryAt { return nil }
        retryAt = .distantFuture
        // Each turn gives something up for good, so the loop is bounded by what is held.
        while true {
            skipPadding()
            if let range = readyFrame(now: now) {
                if let frame = assemble(range, now: now) { return frame }
                if retryAt != .distantFuture { return nil }
                continue
            }
            guard let head = expected else { break }
            guard highest >= head else {
                blockedSince = nil
                layerDue = .distantFuture
                return nil
            }
            if let first = held(head), !first.startsFrame {
                giveUp(now: now)  // the stream goes on inside a frame: nothing can be made of it
                discard(before: head + 1)
                continue
            }
            let isNew = blockedSince == nil
            let since = block(now: now)
            if isNew, leavesLayers(now: now) { continue }
            guard now >= since + maximumWait else { return nil }
            giveUp(now: now)
        }
        reached(now)
        return nil
    }

    /// Since when the head has been incomplete.
    private mutating func block(now: Instant) -> Instant {
        if let blockedSince { return blockedSince }
        blockedSince = now
        guard continuity.isLayered, let gap = gapSince else { return now }
        layerDue = gap + layerWait
        reached(now)
        return now
    }

    /// Since when it can be known that something at the head is lost. It may have been known while something before that was
    /// waited for: each is waited for from its own time, or a path that loses all of a layer would be ever further behind.
    private var gapSince: Instant? {
        guard let head = expected, highest >= head else { return nil }
        for sequence in head...highest { if let entry = held(sequence) { return entry.arrival } }
        return nil
    }

    /// Whether what is lost of higher temporal layers is not waited for any longer.
    private func leavesLayers(now: Instant) -> Bool {
        guard blockedSince != nil, let gap = gapSince else { return false }
        return now >= gap + layerWait
    }

    private mutating func skipPadding() {
        while let head = expected, let entry = held(head), entry.isPadding {
            release(place(of: head))
            expected = head + 1
            floor = head + 1
        }
    }

    /// The packets of a frame that is complete and may be decoded next.
    private func readyFrame(now: Instant) -> Range<Int64>? {
        if let head = expected, let whole = wholeFrame(from: head) { return whole }
        guard highest != .min else { return nil }
        let start = max(firstWanted, highest - Int64(capacity) + 1)
        guard start <= highest else { return nil }
        if keyFrameStarts > 0 {
            for sequence in start...highest {
                if let first = held(sequence), first.isKeyFrame, let whole = wholeFrame(from: sequence) { return whole }
            }
        }
        guard expected != nil else { return nil }
        let leavesLayers = leavesLayers(now: now)
        for sequence in start...highest {
            guard let first = held(sequence), first.startsFrame else { continue }
            let follows = continuity.isNextPicture(first) || leavesLayers && continuity.isIndependentOfLost(first)
            if follows, let whole = wholeFrame(from: sequence) { return whole }
            // Everything later is predicted from a frame of the base layer.
            if first.temporalLayer == 0 { return nil }
        }
        return nil
    }

    /// The packets of the frame that starts at `start`, if all have come.
    private func wholeFrame(from start: Int64) -> Range<Int64>? {
        guard let first = held(start), first.startsFrame else { return nil }
        var sequence = start
        var last = first
        while !last.isMarker {
            sequence += 1
            guard sequence - start < Int64(capacity), let entry = held(sequence) else { return nil }
            if entry.isParity { continue }
            if entry.isPadding || entry.timestamp != first.timestamp || entry.startsFrame { return start..<sequence }
            last = entry
        }
        return start..<sequence + 1
    }

    /// Copies the frame's bytes into one slot and goes on behind it. Nil if there was no slot, with `retryAt` set, or if the
    /// frame had to be given up.
    private mutating func assemble(_ range: Range<Int64>, now: Instant) -> AssembledVideoFrame? {
        guard let first = held(range.lowerBound) else { return nil }
        guard var buffer = try? frames.take() else {
            statistics.poolRefusals += 1
            retryAt = now + .milliseconds(5)
            guard expected != nil, now >= block(now: now) + maximumWait else { return nil }
            // The decoder has been stuck for long; what it gets next must stand by itself.
            retryAt = .distantFuture
            abandon(range, now: now)
            return nil
        }
        var arrival = first.arrival
        for sequence in range {
            guard let entry = held(sequence), entry.isParity || append(entry, to: &buffer) else {
                statistics.oversizedFrames += 1
                abandon(range, now: now)
                return nil
            }
            arrival = min(arrival, entry.arrival)
        }
        discard(before: range.lowerBound)
        discard(before: range.upperBound, countingFrames: false)
        expected = range.upperBound
        blockedSince = nil
        layerDue = .distantFuture
        continuity.delivered(first)
        count(first, packets: range.count, age: now - arrival)
        return AssembledVideoFrame(
            buffer: buffer, timestamp: first.timestamp, firstPacketArrival: arrival, isKeyFrame: first.isKeyFrame,
            width: first.width, height: first.height, packetCount: range.count)
    }

    private func append(_ entry: VideoPacket, to frame: inout PooledBuffer) -> Bool {
        let place = place(of: entry.sequence)
        guard buffers.isFilled(place) else { return false }
        return buffers.withElement(at: place) { packet in
            guard let payload = packet.bytes.slice(entry.payloadStart..<entry.payloadEnd) else { return false }
            return frame.append(payload)
        }
    }

    /// Gives up a frame that is whole and everything before it.
    private mutating func abandon(_ range: Range<Int64>, now: Instant) {
        discard(before: range.upperBound)
        if expected == nil { return }
        expected = range.upperBound
        giveUp(now: now)
    }

    private mutating func count(_ first: VideoPacket, packets: Int, age: Interval) {
        statistics.framesAssembled += 1
        if first.isKeyFrame { statistics.keyFramesAssembled += 1 }
        if packets > 1 { statistics.framesAssembledFromMultiplePackets += 1 }
        statistics.totalAssemblyTime += age.seconds
    }
}
