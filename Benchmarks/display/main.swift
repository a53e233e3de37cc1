// What it costs to show a call: from a decoded picture in the shared memory to a buffer that is flipped to, by the code
// that kioskd runs, in processor time. Prints one JSON object. The buffers are ordinary memory; a card's may be slower to write.
//
//   display-bench [SECONDS]

import CAllocationCounter
import CDRM
import CallControl
import DRMDisplay
import Devices
import Glibc
import LinuxIO
import Primitives
import Screens

func mode(_ width: UInt16, _ height: UInt16) -> ConnectorMode {
    var kernel = callpoint_drm_mode()
    (kernel.width, kernel.height, kernel.refresh_millihertz) = (width, height, 60_000)
    return ConnectorMode(kernel)
}

/// Noise-free, but different in every line and column, as scaling a flat picture would be too easy.
func picture(_ width: Int, _ height: Int) -> [UInt8] {
    (0..<width * height * 3 / 2).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 / width) &* 7) }
}

func lend(_ bytes: [UInt8], _ width: Int, _ height: Int, _ body: (I420View) -> Void) {
    bytes.withUnsafeBytes { bytes in
        if let view = I420View(bytes: bytes, width: width, height: height, strideY: width, strideUV: width / 2) {
            body(view)
        }
    }
}

/// What this thread has used of a processor: other work on the machine does not count.
func processorTime() -> Interval {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
}

func measure(_ width: UInt16, _ height: UInt16, remote: (Int, Int), frames: Int) -> String {
    let screen = VirtualDisplay(width: 640, height: 480)
    var loop = PresenterLoop(screen: screen, displays: MemoryDisplays(card: MemoryCard(mode: mode(width, height)))) {
        _ in
    }
    let peer = Party(socket: "a", name: "Dr. Chen Lihua", isVerified: true)
    let start = MonotonicClock.now()
    screen.show(
        ScreenContent(
            call: CallState(
                phase: .inCall(peer: peer, since: start, reconnectingSince: nil),
                devices: DeviceFacts(camera: .open, microphone: .open, speaker: .open))))
    let (remoteBytes, localBytes) = (picture(remote.0, remote.1), picture(320, 180))
    var times: [Int64] = []
    times.reserveCapacity(frames)
    var allocations: UInt64 = 0
    for frame in 0..<frames + 30 {
        // The instants stand still within a second, so that the time's plate is not among what is measured here.
        let now = start + .microseconds(Int64(frame))
        let before = callpoint_thread_allocations()
        let began = processorTime()
        lend(remoteBytes, remote.0, remote.1) { screen.show(remote: $0, at: now) }
        if frame % 3 == 0 { lend(localBytes, 320, 180) { screen.show(local: $0, at: now) } }
        _ = loop.step(at: now)
        let took = processorTime() - began
        if frame >= 30 {
            times.append(took.microseconds)
            allocations += callpoint_thread_allocations() - before
        }
    }
    loop.close()
    times.sort()
    let (median, worst) = (times[times.count / 2], times[times.count * 99 / 100])
    return """
        {"screen":"\(width)x\(height)","picture":"\(remote.0)x\(remote.1)","frames":\(frames),\
        "median_us":\(median),"p99_us":\(worst),"allocations":\(allocations)}
        """
}

let frames = CommandLine.arguments.dropFirst().first.flatMap { Int($0) }.map { max(1, min($0, 600)) * 30 } ?? 300
let rows = [
    measure(1920, 1080, remote: (1280, 720), frames: frames), measure(1920, 1080, remote: (640, 480), frames: frames),
    measure(1280, 720, remote: (1280, 720), frames: frames),
    measure(3840, 2160, remote: (1280, 720), frames: frames / 3),
]
print("[\(rows.joined(separator: ",\n "))]")
