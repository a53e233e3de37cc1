import Devices
import LinuxIO
import Primitives
import Testing
import VirtualDevices

@Suite struct VirtualDeviceTests {
    @Test(arguments: [(640, 480), (1280, 720), (160, 120)])
    func theFrameNumberIsReadBackFromThePicture(width: Int, height: Int) throws {
        let format = VideoFormat(width: width, height: height, framesPerSecond: 60)
        let frames = BufferPool(slotCount: 2, slotSize: format.frameSize)
        let camera = try VirtualCamera(.pattern, format: format, frames: frames)
        for _ in 0..<3 {
            guard let frame = try camera.next(until: MonotonicClock.now() + .seconds(2)) else {
                Issue.record("no picture")
                return
            }
            let luma = Array(frame.buffer.bytes.toArray().prefix(width * height))
            let number = PictureCode.read(row: 0, luma: luma.span, width: width, height: height, stride: width)
            #expect(number == frame.sequence)
            let clock = PictureCode.read(row: 1, luma: luma.span, width: width, height: height, stride: width)
            #expect(clock == UInt32(truncatingIfNeeded: frame.capturedAt.nanoseconds / 1_000_000))
        }
    }

    @Test func aDamagedCodeIsNotRead() {
        let luma = [UInt8](repeating: 200, count: 640 * 480)
        #expect(PictureCode.read(row: 0, luma: luma.span, width: 640, height: 480, stride: 640) == nil)
        #expect(PictureCode.read(row: 0, luma: luma.span, width: 4000, height: 480, stride: 640) == nil)
    }

    @Test func theSpeakerHearsTheMicrophonesTone() throws {
        let meter = LevelMeter()
        let microphone = try VirtualMicrophone(.tone(frequency: 1000))
        let speaker = try VirtualSpeaker(meter: meter)
        var samples = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        for _ in 0..<12 {
            var span = samples.mutableSpan
            _ = try microphone.read(&span, until: MonotonicClock.now() + .seconds(1))
            _ = try speaker.write(samples.span)
        }
        #expect(abs(meter.frequency - 1000) <= 20)
        #expect(abs(meter.level - -15) < 1)  // the power of a sine is 3 dB below its peak of -12
    }

    @Test func aWavFileOfAnotherRateKeepsItsFrequency() throws {
        let folder = try Folder()
        let wav = try folder.write("tone.wav", Specimens.wav(rate: 44_100, channels: 1, frequency: 500, seconds: 1))
        let meter = LevelMeter()
        let microphone = try VirtualMicrophone(.wav(path: wav))
        let speaker = try VirtualSpeaker(meter: meter, recordingTo: folder.path + "/heard.wav")
        var samples = [Int16](repeating: 0, count: AudioFormat.periodSamples)
        for _ in 0..<12 {
            var span = samples.mutableSpan
            _ = try microphone.read(&span, until: MonotonicClock.now() + .seconds(1))
            _ = try speaker.write(samples.span)
        }
        #expect(abs(meter.frequency - 500) <= 20)
    }

    @Test func filesThatAreNotWhatTheySayAreRefused() throws {
        let folder = try Folder()
        let format = VideoFormat(width: 64, height: 48, framesPerSecond: 30)
        let clip = Specimens.y4m(width: 64, height: 48, frames: 1)
        let tone = Specimens.wav(rate: 8_000, channels: 1, frequency: 500, seconds: 1)
        for bytes in [
            [], Array("YUV4MPEG2 W64 H48\n".utf8), Array("YUV4MPEG2 W99999 H9999999999999999999\nFRAME\n".utf8),
        ] {
            let path = try folder.write("bad", bytes)
            #expect(throws: DeviceError.self) {
                _ = try VirtualBoard(picture: .y4m(path: path), format: format, sound: .tone(frequency: 440))
            }
        }
        for cut in stride(from: 0, to: 60, by: 1) {
            let path = try folder.write("bad", Array(tone.prefix(cut)))
            if cut < 46 { #expect(throws: DeviceError.self) { _ = try VirtualMicrophone(.wav(path: path)) } }
            _ = try? VirtualBoard(
                picture: .y4m(path: try folder.write("clip.y4m", Array(clip.prefix(cut)))), format: format,
                sound: .tone(frequency: 440))
        }
        #expect(throws: DeviceError.self) { _ = try VirtualMicrophone(.wav(path: "/nowhere")) }
    }
}
