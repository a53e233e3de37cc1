public import Primitives

extension AudioJitterBuffer {
    /// What is given out at once where nothing of the stream is at hand: 10 ms.
    var period: Int { max(1, Int(configuration.clockRate) / 100) }
    /// A gap or an underrun longer than this ends the spell; the next packet starts a new one.
    private static let longestGap = Interval.seconds(2)
    /// Concealment has faded out after this.
    private static let concealment = Interval.milliseconds(200)

    /// What to play at `now`. The result always lasts some samples; call again when they are used up.
    public mutating func next(now: Instant) -> AudioPlayout {
        guard let front else { return underrun() }
        if !isPlaying {
            guard delay(of: front, now: now) >= targetDelay else { return silence(period) }
            start(at: front, now: now)
        }
        let missing = front.sequence - (last ?? front.sequence - 1) - 1
        let gap = front.timestamp - expected - overdue
        if missing > 0, gap > 0 { return passOverLost(before: front, gap: gap) }
        // Nothing is lost but the media time jumps: the sender was silent. What is waited for above the delay
        // aimed at can be left out, for nobody hears it.
        if gap > 0, interval(Int(clamping: gap)) <= Self.longestGap, delay(of: front, now: now) < targetDelay {
            let samples = Int(min(gap, Int64(period)))
            overdue += Int64(samples)
            return silence(samples)
        }
        return play(front, now: now)
    }

    /// How much later than the quickest packet `entry` would be played at `now`.
    private func delay(of entry: Entry, now: Instant) -> Interval {
        guard let base = delays.base else { return .zero }
        return Interval(nanoseconds: now.nanoseconds &- nanoseconds(entry.timestamp) &- base)
    }

    private mutating func start(at front: Entry, now: Instant) {
        isPlaying = true
        last = front.sequence - 1
        expected = front.timestamp
        overdue = 0
        concealed = 0
        smoothedDelay = delay(of: front, now: now)
        lastAdjustment = now
    }

    private mutating func play(_ entry: Entry, now: Instant) -> AudioPlayout {
        let present = delay(of: entry, now: now)
        // A step (an underrun, a silence cut short) is taken over at once, the player's unevenness smoothed.
        let difference = present - smoothedDelay
        if difference > .milliseconds(40) || difference < .milliseconds(-40) {
            smoothedDelay = present
        } else {
            smoothedDelay = smoothedDelay + difference / 8
        }
        lastPlaying = now
        var entry = entry
        while shouldLeaveOut(entry), let following = self.entry(entry.sequence + 1) {
            pass(entry, discarding: false)
            scaled(by: -entry.samples)
            entry = following
        }
        let isLate = !isInSilence && overdue > entry.timestamp - expected
        let timing = AudioTiming(surplus: surplus(now: now), followsConcealment: isLate)
        if let last, entry.sequence > last + 1 { losses.lost() }
        guard let header = entry.header, let buffer = buffers.take(at: place(of: entry.sequence)) else {
            return silence(period)
        }
        pass(entry, discarding: false)
        losses.played(hasRedundancy: entry.hasRedundancy, lasting: interval(entry.samples))
        lastSamples = entry.samples
        sinceSilence = entry.isDiscontinuous ? 0 : min(sinceSilence + 1, 2)
        concealed = 0
        let samples = Double(entry.samples)
        statistics.totalSamplesReceived += UInt64(entry.samples)
        statistics.jitterBufferEmittedCount += UInt64(entry.samples)
        statistics.jitterBufferDelay += (now - entry.arrival).seconds * samples
        statistics.jitterBufferTargetDelay += targetDelay.seconds * samples
        statistics.jitterBufferMinimumDelay += networkDelay.seconds * samples
        return .packet(buffer, header, timing)
    }

    /// Whether the next packet in order is here and nothing stands between it and what was given out last: it may be
    /// fetched before its time.
    public var followingIsHere: Bool {
        guard isPlaying, let last, let next = entry(last + 1) else { return false }
        return next.timestamp == expected && overdue == 0
    }

    /// The player has put in `samples` (left out, if negative), so that it plays later (earlier) by that.
    public mutating func scaled(by samples: Int) {
        guard samples != 0 else { return }
        smoothedDelay = smoothedDelay + interval(samples)
        lastAdjustment = lastPlaying
        if samples > 0 {
            statistics.insertedSamplesForDeceleration += UInt64(samples)
            statistics.totalSamplesReceived += UInt64(samples)
        } else {
            let removed = samples.magnitude
            statistics.removedSamplesForAcceleration += UInt64(removed)
            statistics.totalSamplesReceived -= min(statistics.totalSamplesReceived, UInt64(removed))
        }
    }

    /// What to leave out or put in: nothing while the delay is about right or has just been changed, so that speech keeps
    /// its rhythm; at once when much too much is held.
    private func surplus(now: Instant) -> Int {
        let excess = smoothedDelay - targetDelay
        let pause = now - lastAdjustment
        let isDue =
            excess > .milliseconds(60)
            || excess > .milliseconds(12) && pause >= .milliseconds(60)
            || excess < .milliseconds(-3) && pause >= .milliseconds(60)
        guard isDue else { return 0 }
        return Int(excess.microseconds * Int64(configuration.clockRate) / 1_000_000)
    }

    /// What the sender's silence holds need not be played to come nearer to the delay aimed at.
    private func shouldLeaveOut(_ entry: Entry) -> Bool {
        entry.isDiscontinuous && smoothedDelay - targetDelay - interval(entry.samples) > .milliseconds(10)
    }

    /// Conceals what is missing before `front`, at most a packet's time, and at the end of it as much as `front` can replace.
    private mutating func passOverLost(before front: Entry, gap: Int64) -> AudioPlayout {
        let rest = gap - Int64(front.samples)
        let samples = Int(min(rest > 0 ? rest : gap, Int64(lastSamples)))
        // Some of the time may have been concealed while nothing was held, so numbers alone do not tell which is next.
        let missing = front.sequence - (last ?? front.sequence - 1) - 1
        let isLast = rest <= 0 || missing == 1
        last = isLast ? front.sequence - 1 : min((last ?? 0) + 1, front.sequence - 2)
        expected += overdue + Int64(samples)
        overdue = 0
        losses.lost()
        guard isLast else { return conceal(samples, following: false) }
        guard front.hasRedundancy, samples >= front.samples else { return conceal(samples, following: true) }
        recoveredFrom = front.sequence
        concealed = 0
        statistics.totalSamplesReceived += UInt64(samples)
        return .conceal(samples: samples, following: true)
    }

    /// Nothing is held: late, lost, or not sent. Time goes on but the stream's does not, so that what comes is still
    /// played; the delay grows by that.
    private mutating func underrun() -> AudioPlayout {
        guard isPlaying else { return silence(period) }
        overdue += Int64(period)
        if interval(Int(clamping: overdue)) > Self.longestGap { isPlaying = false }
        return isInSilence ? silence(period) : conceal(period, following: false)
    }

    private mutating func silence(_ samples: Int) -> AudioPlayout {
        statistics.totalSamplesReceived += UInt64(samples)
        return .silence(samples: samples)
    }

    private mutating func conceal(_ samples: Int, following: Bool) -> AudioPlayout {
        statistics.totalSamplesReceived += UInt64(samples)
        statistics.concealedSamples += UInt64(samples)
        if concealed == 0 { statistics.concealmentEvents += 1 }
        if interval(concealed) >= Self.concealment { statistics.silentConcealedSamples += UInt64(samples) }
        concealed = min(concealed + samples, Int(configuration.clockRate) * 10)
        return .conceal(samples: samples, following: following)
    }
}
