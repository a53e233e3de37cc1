import SDP
import Testing

@Suite struct ValueTests {
    @Test func directions() {
        for direction in MediaDirection.allCases {
            #expect(direction.reversed.reversed == direction)
            #expect(direction.intersection(.sendrecv) == direction)
            #expect(direction.intersection(.inactive) == .inactive)
            #expect(direction.reversed.sends == direction.receives)
        }
    }

    @Test func fingerprints() throws {
        #expect(Fingerprint(algorithm: .sha256, bytes: Array(repeating: 0, count: 31)) == nil)
        for algorithm in HashAlgorithm.allCases {
            let bytes = (0..<algorithm.size).map { UInt8(truncatingIfNeeded: $0 * 7 + 250) }
            let value = try #require(Fingerprint(algorithm: algorithm, bytes: bytes))
            #expect(Fingerprint.read(value.description) == .fingerprint(value))
        }
        #expect(Fingerprint.read("sha-1 00:11") == .unacceptable)
        #expect(Fingerprint.read("sha-224 00:11") == .unacceptable)
    }

    @Test func parameters() {
        let list = FormatParameters(" minptime=10; useinbandfec = 1;;x ; profile-level-id=42e01f;=5")
        #expect(list.list.map { $0.name } == ["minptime", "useinbandfec", "x", "profile-level-id"])
        #expect(list["MINPTIME"] == "10" && list["x"] == nil && list["nothing"] == nil)
        #expect(FormatParameters("a=1;b;c=2").description == "a=1;b;c=2")
        #expect(FormatParameters(String(repeating: "a=1;", count: 500)).list.count == 64)
    }

    @Test func extensionIds() {
        var ids = NegotiatedExtensions()
        for (i, kind) in HeaderExtension.allCases.enumerated() { ids[kind] = UInt8(i + 1) }
        #expect(HeaderExtension.allCases.map { ids[$0] } == [1, 2, 3])
        #expect(ids.mid == 1 && ids.transportSequenceNumber == 2 && ids.absoluteSendTime == 3)
    }

    @Test func kinds() {
        #expect(MediaKind("AUDIO") == .audio && MediaKind("video") == .video)
        #expect(MediaKind("Application") == .other("application"))
        // The Kelvin sign is no k, and a long s no s.
        #expect(MediaKind("vıdeo") != .video)
    }
}
