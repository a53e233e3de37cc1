import Foundation
import Testing

/// Reads every import in `Sources` against the layers of docs/ARCHITECTURE.md. The compiler's own check of target
/// dependencies lets system modules through, and it is those that make a pure target impure.
@Suite struct ImportTests {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    struct SourceFile {
        let target: String
        let path: String
        let imports: Set<String>
        let text: String
    }

    static func sources() throws -> [SourceFile] {
        let folder = root.appending(path: "Sources").resolvingSymlinksInPath()
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return try files.filter { $0.hasSuffix(".swift") }.map { path in
            let parts = path.split(separator: "/").map(String.init)
            let target = parts[0] == "Primitives" ? "Primitives" : parts[1]
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            let imports = text.split(separator: "\n").compactMap { line -> String? in
                let words = line.split(separator: " ")
                guard let at = words.firstIndex(of: "import"), at <= 2, words.indices.contains(at + 1),
                    words[..<at].allSatisfy({
                        ["public", "package", "internal", "private"].contains($0) || $0.hasPrefix("@")
                    })
                else { return nil }
                return words[at + 1].split(separator: ".").first.map(String.init)
            }
            return SourceFile(target: target, path: path, imports: Set(imports), text: text)
        }
    }

    /// Targets that decide and do nothing else: a run of theirs replays from its inputs.
    static let pure: Set = [
        "Primitives", "STUN", "MulticastDNS", "ICE", "TURN", "SDP", "RTP", "CongestionControl", "JitterBuffer",
        "Devices",
        "CallControl", "MediaControl", "SignallingMessages", "SocketIO",
    ]

    @Test func pureTargetsImportNoOperatingSystem() throws {
        let system: Set = [
            "Glibc", "Musl", "Foundation", "FoundationEssentials", "Dispatch", "CLinux", "NIOCore", "NIOPosix",
            "Logging",
        ]
        for file in try Self.sources() where Self.pure.contains(file.target) {
            #expect(file.imports.isDisjoint(with: system), "\(file.path) imports \(file.imports.intersection(system))")
        }
    }

    @Test func pureTargetsHaveNoTasksClocksOrRandomnessOfTheirOwn() throws {
        let words = [
            "Task {", "Task.", " actor ", "\nactor ", "ContinuousClock", "SuspendingClock",
            "SystemRandomNumberGenerator",
            ".random(in:",
        ]
        for file in try Self.sources() where Self.pure.contains(file.target) {
            for word in words where file.text.contains(word) {
                let seeded = word == ".random(in:" && file.text.contains("using: &")
                let source = file.path.hasSuffix("RandomSource.swift")
                #expect(seeded || source, "\(file.path) uses \(word)")
            }
        }
    }

    /// Who may not know whom, and why it matters: docs/ARCHITECTURE.md says.
    static let forbidden: [(target: String, imports: Set<String>)] = [
        (
            "PeerConnection",
            ["Codecs", "MediaEngine", "Foundation", "FoundationEssentials", "NIOCore", "NIOPosix", "LinuxIO", "CLinux"]
        ),
        ("Codecs", ["PeerConnection", "RTP", "SDP", "ICE"]),
        ("Playout", ["PeerConnection", "MediaEngine", "LinuxIO", "CLinux", "Foundation", "FoundationEssentials"]),
        (
            "MediaEngine",
            ["VirtualDevices", "V4L2Camera", "ALSAAudio", "Foundation", "FoundationEssentials", "NIOCore", "NIOPosix"]
        ),
        ("Supervisor", ["PeerConnection", "Codecs", "RTP", "MediaEngine", "ICE", "DTLS", "SRTP"]),
        ("kiosk-mediad", ["Foundation", "FoundationEssentials", "NIOCore", "NIOPosix"]),
        ("kioskd", ["Foundation", "PeerConnection", "MediaEngine"]),
        ("Screens", ["PeerConnection", "SignallingClient", "Foundation"]),
    ]

    @Test func nobodyImportsWhatItMustNotKnow() throws {
        for file in try Self.sources() {
            for rule in Self.forbidden where rule.target == file.target {
                let bad = file.imports.intersection(rule.imports)
                #expect(bad.isEmpty, "\(file.path) imports \(bad)")
            }
        }
    }

    /// Full Foundation brings 30 MiB of ICU data into a binary.
    @Test func onlyTheSwitchboardMayUseFoundation() throws {
        for file in try Self.sources() where !["SwitchboardServer", "switchboard"].contains(file.target) {
            #expect(!file.imports.contains("Foundation"), "\(file.path) imports Foundation")
        }
    }

    /// Targets by layer, lowest first; a target imports only lower layers.
    static let layers: [[String]] = [
        ["Primitives"],
        [
            "STUN", "MulticastDNS", "SDP", "RTP", "DTLS", "SRTP", "Codecs", "Devices", "LinuxIO", "CallControl",
            "MediaControl",
            "SignallingMessages",
        ],
        [
            "ICE", "TURN", "CongestionControl", "JitterBuffer", "VirtualDevices", "V4L2Camera", "ALSAAudio",
            "AudioProcessing",
            "DRMDisplay", "GPIOPanel", "TLS", "KioskConfiguration", "Observability", "SocketIO", "Screens",
            "LocalControl",
        ],
        ["PeerConnection", "NetworkCheck", "Playout", "WebSocketTransport", "FrontPanel"],
        ["MediaEngine", "SignallingClient", "SwitchboardServer"],
        ["Supervisor"],
        ["kioskd", "kiosk-mediad", "kioskctl", "switchboard"],
    ]

    @Test func targetsImportOnlyLowerLayers() throws {
        var layer: [String: Int] = [:]
        for (index, names) in Self.layers.enumerated() { for name in names { layer[name] = index } }
        for file in try Self.sources() {
            guard let own = layer[file.target] else {
                Issue.record("\(file.target) is in no layer: add it to the table and to docs/ARCHITECTURE.md")
                continue
            }
            for name in file.imports {
                if let other = layer[name] {
                    #expect(other < own, "\(file.path) imports \(name) of its own layer or above")
                }
            }
        }
    }

    @Test func theTableIsAboutTargetsThatExist() throws {
        let targets = Set(try Self.sources().map(\.target))
        #expect(targets.count >= 20)
        for name in Self.layers.joined() { #expect(targets.contains(name), "no sources for \(name)") }
    }
}
