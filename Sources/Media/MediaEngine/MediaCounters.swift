import JitterBuffer
import MediaControl
import Primitives

/// What the threads count, for statistics: names after the W3C's webrtc-stats where there is one. Any thread.
final class MediaCounters: Sendable {
    let framesCaptured = Counter()
    /// Of these, converted or copied before the encoder saw them, and encoded from the camera's own memory.
    let framesConverted = Counter()
    let framesPassed = Counter()
    /// Lost before us, by the camera's numbers.
    let framesLost = Counter()
    /// Pictures that said that there was no camera.
    let noCameraPictures = Counter()
    let framesEncoded = Counter()
    let keyFramesEncoded = Counter()
    let encodeFailures = Counter()
    let encodedQuantizers = Counter()
    let encodeNanoseconds = Counter()
    /// From the sensor to the first packet handed to the kernel.
    let captureToSendNanoseconds = Counter()
    let captureToSendFrames = Counter()
    let captureToSendWorst = Gauge()

    /// Left out because what was made before still waited to be sent.
    let framesLeftOut = Counter()
    /// As `EncoderAdaptation` has them; durations in milliseconds.
    let limitation = Gauge()
    let limitationDurations = (0..<EncoderAdaptation.Limitation.allCases.count).map { _ in Gauge() }
    let resolutionChanges = Gauge()
    let encodedWidth = Gauge()
    let encodedHeight = Gauge()

    let framesDecoded = Counter()
    let keyFramesDecoded = Counter()
    let framesDropped = Counter()
    let decodeFailures = Counter()
    let freezes = Gauge()
    /// In milliseconds.
    let freezesDuration = Gauge()
    /// Nanoseconds that video waits so that late frames do not show.
    let playoutDelay = Gauge()
    let decodeNanoseconds = Counter()
    let picturesShown = Counter()
    /// When the first picture of the session that is shown was decoded, on the monotonic clock; 0 before.
    let firstFrameDecoded = Gauge()
    let frameWidth = Gauge()
    let frameHeight = Gauge()

    let audioPacketsEncoded = Counter()
    let underruns = Counter()
    /// From taking sound to hearing it, of the last period.
    let playoutLatency = Gauge()

    let commandsRefused = Counter()

    func note(_ watch: borrowing FreezeWatch) {
        freezes.set(Int64(clamping: watch.freezeCount))
        freezesDuration.set(Int64(watch.totalFreezesDuration * 1e3))
    }

    func note(_ adaptation: borrowing EncoderAdaptation) {
        limitation.set(Int64(adaptation.limitation.rawValue))
        for index in limitationDurations.indices {
            guard let reason = EncoderAdaptation.Limitation(rawValue: index) else { continue }
            limitationDurations[index].set(Int64(adaptation.duration(of: reason) * 1e3))
        }
        resolutionChanges.set(Int64(adaptation.resolutionChanges))
        let size = adaptation.size
        encodedWidth.set(Int64(size.width))
        encodedHeight.set(Int64(size.height))
    }

    /// 0 for none, 1 for cpu, 2 for bandwidth.
    private var qualityLimitation: [Statistic] {
        var values = [
            Statistic("outbound-rtp/video/qualityLimitationReason", Double(limitation.current)),
            Statistic(
                "outbound-rtp/video/qualityLimitationResolutionChanges", Double(resolutionChanges.current)),
        ]
        for reason in EncoderAdaptation.Limitation.allCases {
            values.append(
                Statistic(
                    "outbound-rtp/video/qualityLimitationDurations/\(reason)",
                    Double(limitationDurations[reason.rawValue].current) / 1e3))
        }
        return values
    }

    var statistics: [Statistic] {
        func seconds(_ counter: Counter) -> Double { Double(counter.count) / 1e9 }
        return [
            Statistic("media-source/video/frames", Double(framesCaptured.count)),
            Statistic("media-source/video/framesConverted", Double(framesConverted.count)),
            Statistic("media-source/video/framesPassed", Double(framesPassed.count)),
            Statistic("media-source/video/framesLost", Double(framesLost.count)),
            Statistic("media-source/video/noCameraPictures", Double(noCameraPictures.count)),
            Statistic("outbound-rtp/video/framesEncoded", Double(framesEncoded.count)),
            Statistic("outbound-rtp/video/keyFramesEncoded", Double(keyFramesEncoded.count)),
            Statistic("outbound-rtp/video/qpSum", Double(encodedQuantizers.count)),
            Statistic("outbound-rtp/video/totalEncodeTime", seconds(encodeNanoseconds)),
            Statistic("outbound-rtp/video/encodeFailures", Double(encodeFailures.count)),
            Statistic("outbound-rtp/video/framesDropped", Double(framesLeftOut.count)),
            Statistic("outbound-rtp/video/frameWidth", Double(encodedWidth.current)),
            Statistic("outbound-rtp/video/frameHeight", Double(encodedHeight.current)),
            Statistic("outbound-rtp/video/captureToSendTime", seconds(captureToSendNanoseconds)),
            Statistic("outbound-rtp/video/captureToSendFrames", Double(captureToSendFrames.count)),
            Statistic("outbound-rtp/video/captureToSendWorst", Double(captureToSendWorst.current) / 1e9),
            Statistic("outbound-rtp/audio/packetsEncoded", Double(audioPacketsEncoded.count)),
            Statistic("inbound-rtp/video/framesDecoded", Double(framesDecoded.count)),
            Statistic("inbound-rtp/video/keyFramesDecoded", Double(keyFramesDecoded.count)),
            Statistic("inbound-rtp/video/framesDroppedBeforeDecoding", Double(framesDropped.count)),
            Statistic("inbound-rtp/video/decodeFailures", Double(decodeFailures.count)),
            Statistic("inbound-rtp/video/totalDecodeTime", seconds(decodeNanoseconds)),
            Statistic("inbound-rtp/video/framesRendered", Double(picturesShown.count)),
            Statistic("inbound-rtp/video/firstFrameDecodedAt", Double(firstFrameDecoded.current) / 1e9),
            Statistic("inbound-rtp/video/freezeCount", Double(freezes.current)),
            Statistic("inbound-rtp/video/totalFreezesDuration", Double(freezesDuration.current) / 1e3),
            Statistic("inbound-rtp/video/playoutDelay", Double(playoutDelay.current) / 1e9),
            Statistic("inbound-rtp/video/frameWidth", Double(frameWidth.current)),
            Statistic("inbound-rtp/video/frameHeight", Double(frameHeight.current)),
            Statistic("playout/underruns", Double(underruns.count)),
            Statistic("playout/latency", Double(playoutLatency.current) / 1e9),
            Statistic("control/commandsRefused", Double(commandsRefused.count)),
        ] + qualityLimitation
    }
}
