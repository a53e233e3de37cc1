package import Primitives

/// What the encoder is asked for when path or processor will not carry everything: first fewer bits in each frame, until they
/// become too coarse, then fewer frames, then smaller ones; and the way back, more slowly.
///
/// A value without clock or encoder. For each picture: `update`, then `takes`; after encoding it `encoded`. Rungs go
/// from all of the camera's pictures at their size down to a sixth of them at half of it.
package struct EncoderAdaptation: Sendable {
    /// `qualityLimitationReason` of webrtc-stats.
    package enum Limitation: Int, CaseIterable, Sendable { case none, cpu, bandwidth }

    /// One of `interval` pictures is encoded, with its sides at so many quarters.
    struct Rung: Equatable, Sendable {
        var interval: Int
        var quarters: Int
    }

    static let rungs = [
        Rung(interval: 1, quarters: 4), Rung(interval: 2, quarters: 4), Rung(interval: 3, quarters: 4),
        Rung(interval: 2, quarters: 3), Rung(interval: 3, quarters: 3), Rung(interval: 2, quarters: 2),
        Rung(interval: 3, quarters: 2), Rung(interval: 6, quarters: 2),
    ]
    /// Of the quantizer index, 0…127: above this VP8 falls apart into blocks; and what the next rung up may come to. How many
    /// bits that takes depends on the picture, by a factor of four.
    static let coarsest = 98.0
    static let fineEnough = 85.0
    /// Of the time between two pictures, that encoding one may take; and with which the next rung up is tried.
    static let mostTime = 0.8
    static let enoughTime = 0.55
    /// How long something has to be so before anything is changed.
    static let patienceDown = Interval.seconds(1)
    static let patienceUp = Interval.seconds(4)
    /// A processor that was overloaded is believed more slowly.
    static let patienceUpAfterOverload = Interval.seconds(10)
    /// For so long after more pictures or larger ones are asked for, the encoder makes more of each than it was told to, and
    /// is told this share of what it may.
    static let settling = Interval.milliseconds(1_500)
    static let settlingShare = 0.7
    /// No picture is made smaller than this.
    static let narrowest = 240

    package let width: Int
    package let height: Int
    package let framesPerSecond: Int
    /// Why less than everything is encoded.
    package private(set) var limitation = Limitation.none
    /// Times that the size changed.
    package private(set) var resolutionChanges = 0

    private var index = 0
    /// Smoothed; nil until a picture of the present rung was encoded.
    private var quantizer: Double?
    /// Smoothed, in seconds, of the present size.
    private var encodeTime: Double?
    private var wantsDownSince: Instant?
    private var wantsUpSince: Instant?
    private var lastTaken: Instant?
    private var raisedAt: Instant?
    private var lastUpdate: Instant?
    private var durations = [Double](repeating: 0, count: Limitation.allCases.count)

    /// - Precondition: all positive.
    package init(width: Int, height: Int, framesPerSecond: Int) {
        precondition(width > 0 && height > 0 && framesPerSecond > 0, "pictures have a size and come now and then")
        (self.width, self.height, self.framesPerSecond) = (width, height, framesPerSecond)
    }

    /// Of the pictures to be encoded, both even.
    package var size: (width: Int, height: Int) { size(of: Self.rungs[index]) }
    package var framesPerSecondNow: Double { rate(of: Self.rungs[index]) }
    /// Seconds that `limitation` has been `reason`.
    package func duration(of reason: Limitation) -> Double { durations[reason.rawValue] }

    /// A picture has come.
    /// - Returns: whether `size` has changed.
    package mutating func update(now: Instant) -> Bool {
        if let lastUpdate { durations[limitation.rawValue] += min(1, max(0, (now - lastUpdate).seconds)) }
        lastUpdate = now
        let before = size
        if let reason = overload {
            wantsUpSince = nil
            let since = wantsDownSince ?? now
            wantsDownSince = since
            if now - since >= Self.patienceDown { move(to: index + 1, because: reason) }
        } else {
            wantsDownSince = nil
            considerUp(now)
        }
        guard size != before else { return false }
        resolutionChanges += 1
        return true
    }

    /// Whether the picture of this moment is among those to be encoded.
    package mutating func takes(capturedAt: Instant) -> Bool {
        let interval = Interval.nanoseconds(Int64(1e9 / rate(of: Self.rungs[index])))
        // Pictures come a little early or late; half of the camera's own interval tells them apart.
        let slack = Interval.nanoseconds(Int64(0.5e9 / Double(framesPerSecond)))
        if let lastTaken, capturedAt > lastTaken, capturedAt - lastTaken < interval - slack { return false }
        lastTaken = capturedAt
        return true
    }

    /// A picture was scaled and encoded, which took so long, with the quantizer index 0…127.
    package mutating func encoded(took: Interval, quantizer index: Int) {
        encodeTime = (encodeTime ?? took.seconds) * 0.9 + took.seconds * 0.1
        quantizer = (quantizer ?? Double(index)) * 0.9 + Double(index) * 0.1
    }

    /// Why this rung is too much, if it is.
    private var overload: Limitation? {
        guard index + 1 < Self.rungs.count, isOfUse(Self.rungs[index + 1]) else { return nil }
        if let quantizer, quantizer > Self.coarsest { return .bandwidth }
        if let encodeTime, encodeTime * rate(of: Self.rungs[index]) > Self.mostTime { return .cpu }
        return nil
    }

    private mutating func considerUp(_ now: Instant) {
        guard index > 0 else {
            limitation = .none
            return
        }
        let above = Self.rungs[index - 1]
        let load = (encodeTime ?? 0) * pixels(of: above) / pixels(of: Self.rungs[index]) * rate(of: above)
        guard let expected = quantizer(of: above), expected < Self.fineEnough, load < Self.enoughTime else {
            wantsUpSince = nil
            return
        }
        let since = wantsUpSince ?? now
        wantsUpSince = since
        let patience = limitation == .cpu ? Self.patienceUpAfterOverload : Self.patienceUp
        guard now - since >= patience else { return }
        move(to: index - 1, because: index == 1 ? .none : limitation)
        raisedAt = now
    }

    /// Bits per second to ask of the encoder where `target` may be sent.
    package func encoderBitrate(target: Int) -> Int {
        guard let raisedAt, let lastUpdate, lastUpdate - raisedAt < Self.settling else { return target }
        return Int(Double(target) * Self.settlingShare)
    }

    private mutating func move(to new: Int, because reason: Limitation) {
        if let time = encodeTime { encodeTime = time * pixels(of: Self.rungs[new]) / pixels(of: Self.rungs[index]) }
        quantizer = nil
        index = new
        limitation = reason
        (wantsDownSince, wantsUpSince) = (nil, nil)
    }

    private func size(of rung: Rung) -> (width: Int, height: Int) {
        rung.quarters == 4
            ? (width, height) : ((width * rung.quarters / 4) & ~1, (height * rung.quarters / 4) & ~1)
    }
    private func pixels(of rung: Rung) -> Double { Double(size(of: rung).width * size(of: rung).height) }
    private func rate(of rung: Rung) -> Double { max(1, Double(framesPerSecond) / Double(rung.interval)) }
    /// With the same bits a second: twice the pixels or pictures come to 1.3 to 1.45 times the quantizer index.
    private func quantizer(of rung: Rung) -> Double? {
        let present = pixels(of: Self.rungs[index]) * rate(of: Self.rungs[index])
        return quantizer.map { $0 * (pixels(of: rung) * rate(of: rung) / present).squareRoot() }
    }
    private func isOfUse(_ rung: Rung) -> Bool { rung.quarters == 4 || size(of: rung).width >= Self.narrowest }
}
