import DTLS
import Primitives
import Testing

@Suite struct FingerprintTests {
    @Test func textRoundTrip() throws {
        let fingerprint = try DTLSCertificate().fingerprint
        #expect(fingerprint.value.utf8.count == 95)
        #expect(DTLSFingerprint(algorithm: "SHA-256", value: fingerprint.value.lowercased()) == fingerprint)
        #expect(fingerprint.description == "sha-256 " + fingerprint.value)
    }

    @Test(arguments: ["", "AB", "AB:CD", String(repeating: "AB:", count: 32), String(repeating: "A", count: 95)])
    func malformedText(_ value: String) {
        #expect(DTLSFingerprint(algorithm: "sha-256", value: value) == nil)
    }

    @Test func weakAlgorithmsDoNotExist() throws {
        let sha1 = String(repeating: "AB:", count: 19) + "AB"
        #expect(DTLSFingerprint(algorithm: "sha-1", value: sha1) == nil)
        #expect(DTLSFingerprint(algorithm: "md5", value: "") == nil)
    }

    @Test func certificatesDiffer() throws {
        #expect(try DTLSCertificate().fingerprint != DTLSCertificate().fingerprint)
    }

    /// The peer has another certificate than signalling said, seen by the client, by the server, by both.
    @Test(arguments: [(true, false), (false, true), (true, true)])
    func wrongCertificate(_ wrong: (client: Bool, server: Bool)) throws {
        let stranger = [try DTLSCertificate().fingerprint]
        let pair = try Pair(clientSees: wrong.client ? stranger : nil, serverSees: wrong.server ? stranger : nil)
        pair.start()
        pair.run()
        // Whoever sees it first tears down and says so; the other hears the alert, or of nothing.
        if wrong.client {
            #expect(pair.clientState == .failed(.fingerprintMismatch))
        } else {
            #expect(pair.serverState == .failed(.fingerprintMismatch))
        }
        #expect(pair.clientState != .connected)
        #expect(pair.serverState != .connected)
        #expect(pair.clientKeys == nil)
        #expect(pair.serverKeys == nil)
    }

    @Test func noFingerprintAcceptsNobody() throws {
        let pair = try Pair(clientSees: [])
        pair.start()
        pair.run()
        #expect(pair.clientState == .failed(.fingerprintMismatch))
        #expect(pair.serverKeys == nil)
    }
}
