import Devices
import LinuxIO
import Primitives
import ScriptedDevices
import Testing
import VirtualDevices

/// What every backend must do, real or virtual.
func checkConformance(of backend: some DeviceBackend) throws {
    let size = backend.cameraFormat.frameSize
    try VideoConformance(
        open: { frames throws(DeviceError) in try backend.openCamera(frames: frames) }, slotSize: size
    ).check()
    let frames = BufferPool(slotCount: 1, slotSize: size)
    #expect(try backend.openCamera(frames: frames).format == backend.cameraFormat)
    let microphone = try backend.openMicrophone()
    let speaker = try backend.openSpeaker()
    var samples = [Int16](repeating: 0, count: AudioFormat.periodSamples)
    var times: [Instant] = []
    for _ in 0..<20 {
        var span = samples.mutableSpan
        let at = try #require(try microphone.read(&span, until: MonotonicClock.now() + .seconds(1)))
        times.append(at)
        #expect(try speaker.write(samples.span) < .milliseconds(500))
    }
    for (a, b) in zip(times, times.dropFirst()) { #expect(b > a) }
    #expect(times[19] - times[0] > .milliseconds(150))
}

@Suite struct ConformanceTests {
    @Test func virtualBoardWithPattern() throws {
        try checkConformance(
            of: VirtualBoard(
                picture: .pattern, format: VideoFormat(width: 320, height: 240, framesPerSecond: 30),
                sound: .tone(frequency: 440)))
    }

    @Test func virtualBoardWithFiles() throws {
        let folder = try Folder()
        let y4m = try folder.write("clip.y4m", Specimens.y4m(width: 64, height: 48, frames: 3))
        let wav = try folder.write("tone.wav", Specimens.wav(rate: 16_000, channels: 2, frequency: 500, seconds: 1))
        try checkConformance(
            of: VirtualBoard(
                picture: .y4m(path: y4m), format: VideoFormat(width: 640, height: 480, framesPerSecond: 30),
                sound: .wav(path: wav), speakerRecording: folder.path + "/heard.wav"))
    }
}

extension Optional where Wrapped: ~Copyable {
    static func == (value: borrowing Wrapped?, _: _OptionalNilComparisonType) -> Bool {
        switch value {
        case .none: true
        case .some: false
        }
    }
}
