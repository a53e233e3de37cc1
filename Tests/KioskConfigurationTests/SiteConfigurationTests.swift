import KioskConfiguration
import Primitives
import Testing

@Suite struct SiteConfigurationTests {
    private func site(_ text: String) throws -> SiteConfiguration {
        try SiteConfiguration(bytes: Array(text.utf8), file: "site.yaml")
    }

    private func problems(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try SiteConfiguration(bytes: Array(text.utf8), file: "site.yaml")
            return []
        } catch { return error.problems.map(\.description) }
    }

    @Test func readsTheSmallFile() throws {
        let site = try site(
            """
            kiosk: {name: Ward, room: "101"}
            signalling: {url: "http://127.0.0.1:8080"}
            answer: {automatic: true, after: 3s, from: ["*"]}      # callers' names
            """)
        #expect(site.kiosk.name == "Ward")
        #expect(site.kiosk.room == "101")
        #expect(site.kiosk.languages == ["en", "zh"])
        #expect(site.signalling.url == "http://127.0.0.1:8080")
        #expect(site.answer.automatic)
        #expect(site.answer.after == .seconds(3))
        #expect(site.answer.from == ["*"])
        #expect(site.answer.others == .ring)
    }

    @Test func readsTheNetwork() throws {
        let network = try site(
            """
            kiosk: {name: Ward, room: 1}
            signalling: {url: 'wss://h'}
            network:
              iceServers:
                - urls: ["stun:stun.example.org"]
                - urls: ["turn:turn.example.org", "turns:turn.example.org:443"]
                  username: ward
                  credentialFile: turn-secret
              policy: no-host
              ports: 50000-50099
              interfaces: {only: [eth*, wlan0]}
            """
        ).network
        #expect(network.iceServers.map(\.urls.count) == [1, 2])
        #expect(network.iceServers[1].urls[1].description == "turns:turn.example.org:443")
        #expect(network.iceServers[1].credentialFile == "turn-secret")
        #expect(network.policy == .noHost && network.ports == 50_000...50_099)
        #expect(network.onlyInterfaces == ["eth*", "wlan0"] && network.exceptInterfaces == nil)
        let nothing = try site("kiosk: {name: Ward, room: 1}\nsignalling: {url: 'ws://h'}").network
        #expect(nothing.iceServers.isEmpty && nothing.policy == .all && nothing.ports == nil)
    }

    @Test func aServerThatCannotBeUsedIsSaid() {
        let found = problems(
            """
            kiosk: {name: Ward, room: 1}
            signalling: {url: 'ws://h'}
            network:
              ports: 80-90
              iceServers:
                - urls: ["turn:turn.example.org"]
                - urls: ["http://turn.example.org"]
                - {username: me, pasword: x}
            """)
        #expect(
            Set(found) == [
                "site.yaml:4: network.ports: expected ports from 1024 on such as 50000-50099, found '80-90'",
                "site.yaml:6: network.iceServers.urls: a TURN server needs 'username' and 'credential' or 'credentialFile'",
                "site.yaml:7: network.iceServers.urls: 'http://turn.example.org' is no address such as stun:HOST, turn:HOST?transport=udp or turns:HOST:443",
                "site.yaml:8: network.iceServers.urls: must name at least one server",
                "site.yaml:8: network.iceServers.pasword: is not a known key; known here: credential, credentialFile, urls, username",
            ])
    }

    @Test func aRoomMayBeABareNumber() throws {
        let site = try site("kiosk: {name: Ward, room: 0101}\nsignalling: {url: 'ws://h'}")
        #expect(site.kiosk.room == "0101")
        #expect(!site.answer.automatic)
        #expect(site.answer.from.isEmpty)
    }

    @Test func anUnknownKeyNamesFileLineAndTheNearestKnownOne() {
        let found = problems(
            """
            kiosk: {name: Ward, room: 1}
            signalling: {url: "http://h"}
            answer:
              automatic: true
              form: ["*"]
            """)
        #expect(found == ["site.yaml:5: answer.form: is not a known key; did you mean 'from'?"])
    }

    @Test func aKeyWithoutANeighbourListsTheKnownOnes() {
        let found = problems("kiosk: {name: W, room: 1, colour: red}\nsignalling: {url: 'http://h'}")
        #expect(
            found == [
                "site.yaml:1: kiosk.colour: is not a known key; known here: clinic, languages, name, place, room"
            ])
    }

    @Test func everyProblemIsReportedAtOnce() {
        let found = problems(
            """
            kiosk: {room: ward}
            signalling: {url: "ftp://h"}
            answer: {automatic: yes, after: 3, from: everyone, others: reject}
            """)
        #expect(
            Set(found) == [
                "site.yaml:1: kiosk.name: is missing",
                "site.yaml:1: kiosk.room: must be 1 to 4 digits",
                "site.yaml:2: signalling.url: must start with http://, https://, ws:// or wss://",
                "site.yaml:3: answer.automatic: expected true or false, found 'yes'",
                "site.yaml:3: answer.after: expected a time such as 500ms, 3s or 2m, found '3'",
                "site.yaml:3: answer.from: expected a list, found a single value",
                "site.yaml:3: answer.others: 'reject' is not one of ring, refuse",
            ])
    }

    @Test(arguments: [
        ("500ms", Interval.milliseconds(500)), ("0s", .zero), ("45s", .seconds(45)), ("3000ms", .seconds(3)),
    ])
    func durations(text: String, interval: Interval) throws {
        let site = try site("kiosk: {name: W, room: 1}\nsignalling: {url: 'http://h'}\nanswer: {after: \(text)}")
        #expect(site.answer.after == interval)
    }

    @Test(arguments: ["-1s", "3 s", "s", "46s", "1m", "1h", "99999999999999999999s", "3S", "3.5s", "\"\"", "~"])
    func notDurations(text: String) {
        let found = problems("kiosk: {name: W, room: 1}\nsignalling: {url: 'http://h'}\nanswer: {after: \(text)}")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("site.yaml:3: answer.after: ") == true)
    }

    @Test func nothingAtAllIsNotAConfiguration() {
        #expect(problems("").contains { $0.hasSuffix("kiosk.name: is missing") })
    }

    @Test func aRelativePathStartsAtTheFile() throws {
        let text = "kiosk: {name: W, room: 1}\nsignalling: {url: 'https://h', authorities: ca.pem}"
        let site = try SiteConfiguration(bytes: Array(text.utf8), file: "/etc/kiosk/site.yaml")
        #expect(site.signalling.authorities == "/etc/kiosk/ca.pem")
    }

    /// What could be run, followed or expanded anywhere stays a text, byte for byte.
    @Test(arguments: ["$(touch /tmp/x)", "`id`", "../../etc/passwd", "<img onerror=1>", "%s%n", "${HOME}"])
    func canaries(text: String) throws {
        let site = try site("kiosk: {name: '\(text)', room: 1}\nsignalling: {url: 'http://h'}")
        #expect(site.kiosk.name == text)
    }
}
