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
        if missing > 0, gap > 0 { return passOverLost(gap: gap) }
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
        var entry = entry
        var tempo = AudioTempo.normal
        if configuration.consumerScalesTime {
            let excess = smoothedDelay - targetDelay
            tempo = excess > .milliseconds(15) ? .faster : excess < .milliseconds(-15) ? .slower : .normal
        } else {
            if shouldStretch(now: now) { return stretch(now: now) }
            while shouldLeaveOut(entry, now: now), let following = self.entry(entry.sequence + 1) {
                statistics.removedSamplesForAcceleration += UInt64(entry.samples)
                smoothedDelay = smoothedDelay - interval(entry.samples)
                lastAdjustment = now
                pass(entry, discarding: false)
                entry = following
            }
        }
        guard let header = entry.header, let buffer = buffers.take(at: place(of: entry.sequence)) else {
            return silence(period)
        }
        pass(entry, discarding: false)
        lastSamples = entry.samples
        lastWasDiscontinuous = entry.isDiscontinuous
        concealed = 0
        let samples = UInt64(entry.samples)
        statistics.totalSamplesReceived += samples
        statistics.jitterBufferEmittedCount += samples
        statistics.jitterBufferDelay += (now - entry.arrival).seconds * Double(samples)
        statistics.jitterBufferTargetDelay += targetDelay.seconds * Double(samples)
        return .packet(buffer, header, tempo: tempo)
    }

    private func shouldStretch(now: Instant) -> Bool {
        targetDelay - smoothedDelay > .milliseconds(15) && now - lastAdjustment >= .milliseconds(60)
    }

    private mutating func stretch(now: Instant) -> AudioPlayout {
        lastAdjustment = now
        smoothedDelay = smoothedDelay + interval(period)
        statistics.insertedSamplesForDeceleration += UInt64(period)
        statistics.totalSamplesReceived += UInt64(period)
        return lastWasDiscontinuous ? .silence(samples: period) : .conceal(samples: period, following: false)
    }

    /// Whether to shorten the delay by leaving `entry` out: rarely for a little, fast for a lot.
    private func shouldLeaveOut(_ entry: Entry, now: Instant) -> Bool {
        let excess = smoothedDelay - targetDelay - interval(entry.samples)
        guard excess > .milliseconds(10) else { return false }
        if excess > .milliseconds(400) || entry.isDiscontinuous { return true }
        let pause: Interval = excess > .milliseconds(100) ? .milliseconds(60) : .milliseconds(200)
        return now - lastAdjustment >= pause
    }

    private mutating func passOverLost(gap: Int64) -> AudioPlayout {
        let samples = Int(min(gap, Int64(lastSamples)))
        let lost = (last ?? 0) + 1
        last = lost
        expected += overdue + Int64(samples)
        overdue = 0
        return conceal(samples, following: entry(lost + 1) != nil)
    }

    /// Nothing is held: late, lost, or not sent. Time goes on but the stream's does not, so that what comes is still
    /// played; the delay grows by that.
    private mutating func underrun() -> AudioPlayout {
        guard isPlaying else { return silence(period) }
        overdue += Int64(period)
        if interval(Int(clamping: overdue)) > Self.longestGap { isPlaying = false }
        return lastWasDiscontinuous ? silence(period) : conceal(period, following: false)
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
