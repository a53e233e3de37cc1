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
