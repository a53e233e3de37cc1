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

    let framesDecoded = Counter()
    let keyFramesDecoded = Counter()
    let framesDropped = Counter()
    let decodeFailures = Counter()
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
            Statistic("inbound-rtp/video/frameWidth", Double(frameWidth.current)),
            Statistic("inbound-rtp/video/frameHeight", Double(frameHeight.current)),
            Statistic("playout/underruns", Double(underruns.count)),
            Statistic("playout/latency", Double(playoutLatency.current) / 1e9),
            Statistic("control/commandsRefused", Double(commandsRefused.count)),
        ]
    }
}
