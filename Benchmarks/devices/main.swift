// Cameras and sound cards without either: our code against drivers on paper. The sound is an hour of virtual time, which
// takes seconds. Prints one JSON object.
//
//   devices-bench [PICTURES]

import Devices
import V4L2Camera

let pictures = CommandLine.arguments.dropFirst().first.flatMap { Int($0) }.map { max(1, min($0, 100_000)) } ?? 900
let cameras = try [CameraPixelFormat.nv12, .yu12, .yuyv, .uyvy].map {
    try CameraPath(format: $0, pictures: pictures).row()
}
let sound = try [
    SoundHour(name: "count by the sample", skew: 200, granularity: 1),
    SoundHour(name: "count by the sample", skew: -200, granularity: 1),
    SoundHour(name: "count by periods of 10 ms", skew: 200, granularity: 480),
].map { try $0.row() }
print("{\"camera\":[\(cameras.joined(separator: ",\n "))],\n\"sound\":[\(sound.joined(separator: ",\n "))]}")
