// swift-tools-version: 6.2
// Boards build with Debian's Swift 6.2.3, so nothing newer than 6.2 may be asked for here.
import PackageDescription

/// What every target of ours is compiled with.
let common: [SwiftSetting] = [
    .enableExperimentalFeature("Lifetimes"),  // span-returning properties
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Targets without a single unsafe operation outside Primitives say so to the compiler.
let pure: [SwiftSetting] = common + [.strictMemorySafety()]

/// Where another libgpiod than the system's is unpacked (`scripts/check-gpiod` does it), for programs that shall run in the
/// rig's guest: Debian 12's 1.6 speaks an interface that new kernels no longer have.
let libgpiod = Context.environment["CALLPOINT_LIBGPIOD"]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOWebSocket", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

func target(
    _ name: String, in folder: String, _ dependencies: [Target.Dependency] = [], pure isPure: Bool = false,
    resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(folder)\(folder == name ? "" : "/" + name)",
        resources: resources, swiftSettings: isPure ? pure : common)
}
func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Sources/Commands/\(name)", swiftSettings: common)
}
func shim(_ name: String, links: [String] = []) -> Target {
    .target(
        name: name, path: "Sources/CLibraries/\(name)", linkerSettings: links.map { .linkedLibrary($0) })
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: common)
}

let package = Package(
    name: "callpoint",
    products: [
        .executable(name: "kioskd", targets: ["kioskd"]),
        .executable(name: "kiosk-mediad", targets: ["kiosk-mediad"]),
        .executable(name: "kioskctl", targets: ["kioskctl"]),
        .executable(name: "switchboard", targets: ["switchboard"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.5.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // 0: C libraries
        shim("CLinux"),
        shim("COpenSSL", links: ["ssl", "crypto"]),
        shim("CSRTP", links: ["srtp2", "crypto"]),
        shim("CVPX", links: ["vpx"]),
        shim("COpus", links: ["opus"]),
        shim("CALSA", links: ["asound"]),
        shim("CSpeexDSP", links: ["speexdsp"]),
        shim("CYAML", links: ["yaml"]),
        shim("CYUV", links: ["yuv"]),
        shim("CV4L2"),
        .target(
            name: "CGPIOD", path: "Sources/CLibraries/CGPIOD",
            cSettings: libgpiod.map { [.unsafeFlags(["-I\($0)/include"])] },
            // By its path: other libraries' folders may come first.
            linkerSettings: libgpiod.map { [.unsafeFlags(["\($0)/lib/libgpiod.so", "-Xlinker", "-rpath=\($0)/lib"])] }
                ?? [.linkedLibrary("gpiod")]),
        shim("CAllocationCounter"),  // tests only
        .target(
            name: "CDRM", path: "Sources/CLibraries/CDRM", cSettings: [.headerSearchPath("private")],
            linkerSettings: [.linkedLibrary("drm")]),
        shim("CTurboJPEG", links: ["turbojpeg"]),
        .systemLibrary(
            name: "CPangoCairo", path: "Sources/CLibraries/CPangoCairo", pkgConfig: "pangocairo",
            providers: [.apt(["libpango1.0-dev"])]),

        // 1
        target("Primitives", in: "Primitives"),

        // 2 and 3: the engine's parts
        target("STUN", in: "WebRTC", ["Primitives", "COpenSSL"]),
        target("ICE", in: "WebRTC", ["Primitives", "STUN"], pure: true),
        target("TURN", in: "WebRTC", ["Primitives", "STUN"], pure: true),
        target("SDP", in: "WebRTC", ["Primitives"], pure: true),
        target("MulticastDNS", in: "WebRTC", ["Primitives"], pure: true),
        target("RTP", in: "WebRTC", ["Primitives"], pure: true),
        target("JitterBuffer", in: "WebRTC", ["Primitives", "RTP"], pure: true),
        target("CongestionControl", in: "WebRTC", ["Primitives"], pure: true),
        target("DTLS", in: "WebRTC", ["Primitives", "COpenSSL"]),
        target("SRTP", in: "WebRTC", ["Primitives", "CSRTP"]),
        // 4
        target(
            "PeerConnection", in: "WebRTC",
            ["Primitives", "STUN", "ICE", "TURN", "SDP", "RTP", "CongestionControl", "JitterBuffer", "DTLS", "SRTP"]),

        // media
        target("Devices", in: "Media", ["Primitives"], pure: true),
        target("LinuxIO", in: "Media", ["Primitives", "CLinux"]),
        target("TLS", in: "Media", ["Primitives", "LinuxIO", "COpenSSL"]),
        target("Codecs", in: "Media", ["Primitives", "CVPX", "COpus"]),
        target("Playout", in: "Media", ["Primitives", "Codecs", "JitterBuffer", "RTP"]),
        target("VirtualDevices", in: "Media", ["Primitives", "Devices", "LinuxIO"]),
        target("V4L2Camera", in: "Media", ["Primitives", "Devices", "LinuxIO", "CV4L2", "CYUV"]),
        target("ALSAAudio", in: "Media", ["Primitives", "Devices", "LinuxIO", "CALSA", "CSpeexDSP"]),
        target("AudioProcessing", in: "Media", ["Primitives", "Devices", "CSpeexDSP"]),
        target("GPIOPanel", in: "Media", ["Primitives", "Devices", "LinuxIO", "CGPIOD"]),
        target("DRMDisplay", in: "Media", ["Primitives", "Devices", "LinuxIO", "CDRM"]),
        target(
            "MediaEngine", in: "Media",
            [
                "Primitives", "Devices", "LinuxIO", "Codecs", "PeerConnection", "SDP", "ICE", "RTP", "JitterBuffer",
                "Playout", "DTLS", "SRTP", "TLS", "MediaControl", "AudioProcessing", "CYUV",
            ]),

        // signalling
        target("SignallingMessages", in: "Signalling", ["Primitives"], pure: true),
        target("SocketIO", in: "Signalling", ["Primitives", "SignallingMessages"], pure: true),
        target("WebSocketTransport", in: "Signalling", ["SocketIO"] + nio),
        target(
            "SignallingClient", in: "Signalling",
            ["Primitives", "SignallingMessages", "SocketIO", "WebSocketTransport", logging] + nio),
        target(
            "SwitchboardServer", in: "Signalling",
            [
                "Primitives", "SignallingMessages", "SocketIO", "WebSocketTransport", "COpenSSL", logging,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ] + nio, resources: [.copy("Console")]),

        // kiosk
        target("CallControl", in: "Kiosk", ["Primitives"], pure: true),
        target("MediaControl", in: "Kiosk", ["Primitives"], pure: true),
        target("KioskConfiguration", in: "Kiosk", ["Primitives", "Devices", "CYAML"]),
        target("NetworkCheck", in: "Kiosk", ["Primitives", "STUN", "TURN", "LinuxIO", "TLS", "SignallingMessages"]),
        target("Observability", in: "Kiosk", ["Primitives", logging]),
        target("LocalControl", in: "Kiosk", ["Primitives", "LinuxIO", "SignallingMessages"]),
        target(
            "Screens", in: "Kiosk", ["Primitives", "CallControl", "Devices", "LinuxIO", "CPangoCairo", "CYUV"]),
        target(
            "FrontPanel", in: "Kiosk", ["Primitives", "Devices", "Screens", "CTurboJPEG", logging] + nio,
            resources: [.embedInCode("Page")]),
        target(
            "Supervisor", in: "Kiosk",
            [
                "Primitives", "LinuxIO", "MulticastDNS", "CallControl", "MediaControl", "KioskConfiguration",
                "Observability", "Screens", "NetworkCheck", "TLS",
                "FrontPanel", "GPIOPanel", "Devices", "VirtualDevices", "SignallingMessages", "SignallingClient",
                "LocalControl", logging,
            ] + nio),

        // 6: mains
        command(
            "kioskd",
            [
                "Supervisor", "KioskConfiguration", "DRMDisplay", "Devices", "LinuxIO", "LocalControl", "Observability",
                arguments, logging,
            ]),
        command(
            "kiosk-mediad",
            [
                "MediaEngine", "VirtualDevices", "V4L2Camera", "ALSAAudio", "AudioProcessing", "Devices",
                "KioskConfiguration", "MediaControl", "LinuxIO", "Primitives",
            ]),
        command(
            "kioskctl",
            [
                "KioskConfiguration", "LocalControl", "NetworkCheck", "TLS", "SignallingMessages", "V4L2Camera",
                "CPangoCairo", "CTurboJPEG",
                "CYUV", "DRMDisplay", "Screens", "Devices",
                "GPIOPanel", "LinuxIO", "Primitives", "ALSAAudio", "AudioProcessing", arguments,
            ]),
        command("switchboard", ["SwitchboardServer", "Primitives", arguments, logging]),

        // what `make bench` runs of the display
        .executableTarget(
            name: "display-bench",
            dependencies: [
                "Screens", "DRMDisplay", "CDRM", "CallControl", "Devices", "LinuxIO", "Primitives",
                "CAllocationCounter",
            ], path: "Benchmarks/display", swiftSettings: common),

        // and of cameras and sound cards
        .executableTarget(
            name: "devices-bench",
            dependencies: [
                "ScriptedDevices", "ALSAAudio", "V4L2Camera", "Devices", "LinuxIO", "Primitives", "CAllocationCounter",
            ], path: "Benchmarks/devices", swiftSettings: common),

        // tests
        tests("PrimitivesTests", ["Primitives"]),
        tests("STUNTests", ["STUN", "Primitives"]),
        tests("ICETests", ["ICE", "STUN", "Primitives"]),
        tests("TURNTests", ["Simulation", "TURN", "STUN", "Primitives"]),
        tests("MulticastDNSTests", ["MulticastDNS", "Primitives"]),
        tests("SDPTests", ["SDP", "Primitives"]),
        tests("RTPTests", ["RTP", "Primitives"]),
        tests("JitterBufferTests", ["JitterBuffer", "RTP", "Primitives"]),
        tests("CongestionControlTests", ["CongestionControl", "Primitives"]),
        tests("DTLSTests", ["DTLS", "Primitives"]),
        tests("SRTPTests", ["SRTP", "Primitives"]),
        // Cards and cameras on paper, in virtual time.
        .target(
            name: "ScriptedDevices", dependencies: ["ALSAAudio", "V4L2Camera", "CV4L2", "Devices", "Primitives"],
            path: "Tests/ScriptedDevices", swiftSettings: common),
        // Two engines in virtual time; what several suites drive.
        .target(
            name: "Simulation", dependencies: ["PeerConnection", "JitterBuffer", "DTLS", "SDP", "STUN", "Primitives"],
            path: "Tests/Simulation",
            swiftSettings: common),
        tests(
            "PeerConnectionTests",
            ["Simulation", "PeerConnection", "SDP", "ICE", "STUN", "RTP", "DTLS", "SRTP", "Primitives"]),
        tests(
            "SimulationTests",
            [
                "Simulation", "CallControl", "JitterBuffer", "PeerConnection", "SDP", "ICE", "RTP", "DTLS",
                "Primitives",
            ]),
        tests(
            "AllocationTests",
            ["Simulation", "PeerConnection", "Codecs", "DTLS", "SDP", "STUN", "Primitives", "CAllocationCounter"]),
        tests("LinuxIOTests", ["LinuxIO", "Primitives"]),
        tests("TLSTests", ["TLS", "LinuxIO", "Primitives"]),
        tests("GPIOPanelTests", ["GPIOPanel", "Devices", "LinuxIO", "Primitives"]),
        tests(
            "DevicesTests",
            [
                "ScriptedDevices", "Devices", "VirtualDevices", "V4L2Camera", "CV4L2", "CTurboJPEG",
                "CAllocationCounter",
                "LinuxIO", "Primitives",
            ]),
        tests(
            "ALSAAudioTests", ["ScriptedDevices", "ALSAAudio", "VirtualDevices", "Devices", "LinuxIO", "Primitives"]),
        tests("AudioProcessingTests", ["TestSignals", "AudioProcessing", "Devices", "Primitives"]),
        // What sounds like speech and noise, of a seed.
        .target(name: "TestSignals", path: "Tests/TestSignals", swiftSettings: common),
        tests("CodecsTests", ["Codecs", "Primitives"]),
        tests(
            "PlayoutTests",
            ["TestSignals", "Playout", "Codecs", "JitterBuffer", "RTP", "Primitives", "CAllocationCounter"]),
        tests("MediaControlTests", ["MediaControl", "Primitives"]),
        tests(
            "MediaEngineTests",
            [
                "MediaEngine", "MediaControl", "VirtualDevices", "Devices", "LinuxIO", "PeerConnection", "Primitives",
                "CAllocationCounter",
            ]),
        tests("SignallingMessagesTests", ["SignallingMessages", "Primitives"]),
        tests("SocketIOTests", ["SocketIO", "SignallingMessages", "Primitives"]),
        tests(
            "SignallingClientTests",
            ["SignallingClient", "SwitchboardServer", "SignallingMessages", "SocketIO", "Primitives", logging] + nio),
        tests(
            "SwitchboardServerTests",
            ["SwitchboardServer", "SignallingMessages", "SocketIO", "WebSocketTransport", "Primitives", logging] + nio),
        tests("CallControlTests", ["CallControl", "Primitives"]),
        tests(
            "NetworkCheckTests", ["NetworkCheck", "STUN", "LinuxIO", "TLS", "SignallingMessages", "Primitives"]),
        tests("KioskConfigurationTests", ["KioskConfiguration", "Devices", "Primitives"]),
        tests("ScreensTests", ["Screens", "CallControl", "Devices", "LinuxIO", "Primitives", "CAllocationCounter"]),
        tests("DRMDisplayTests", ["DRMDisplay", "CDRM", "Devices", "LinuxIO", "Primitives"]),
        tests("FrontPanelTests", ["FrontPanel", "Screens", "Primitives"] + nio),
        tests(
            "SupervisorTests",
            [
                "Supervisor", "CallControl", "MediaControl", "KioskConfiguration", "LocalControl", "LinuxIO",
                "Observability",
                "SignallingClient", "SignallingMessages", "FrontPanel", "GPIOPanel", "Devices", "Screens", "Primitives",
                "NetworkCheck", "MulticastDNS", logging,
            ]),
        tests("LayeringTests", []),
    ],
    swiftLanguageModes: [.v6]
)
