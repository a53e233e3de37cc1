import SDP
import Testing

@Suite struct ParserTests {
    static let minimal = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"

    static let refused: [(String, SDPError?)] = [
        ("", SDPError.missingLine("v")),
        ("v=0\r\n", .missingLine("o")),
        ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n", .missingLine("t")),
        ("v=1\r\n", .malformedValue(line: 1)),
        ("v\r\n", .malformedLine(line: 1)),
        ("v:0\r\n", .malformedLine(line: 1)),
        ("s=-\r\n", .unexpectedLine(line: 1)),
        ("m=audio 9 X 0\r\n", .unexpectedLine(line: 1)),
        ("v=0\r\nm=audio 9 X 0\r\n", .unexpectedLine(line: 2)),
        ("v=0\r\no=- 1 IN IP4 0.0.0.0\r\n", .malformedValue(line: 2)),
        ("v=0\r\no=- -1 1 IN IP4 0.0.0.0\r\n", .malformedValue(line: 2)),
        ("v=0\r\no=- 1 1 IN IP4\r\n", .malformedValue(line: 2)),
        (minimal + "x=1\r\n", .unexpectedLine(line: 5)),
        (minimal + "s=-\r\n", .unexpectedLine(line: 5)),
        (minimal + "i=a\r\ni=b\r\n", .unexpectedLine(line: 6)),
        (minimal + "r=1\r\n", nil),
        (minimal + "\r\na=x\r\n", .malformedLine(line: 6)),
        (minimal + "a=\r\n", .malformedValue(line: 5)),
        (minimal + "a=:x\r\n", .malformedValue(line: 5)),
        (minimal + "a=x\u{0}y\r\n", .illegalCharacter(line: 5)),
        (minimal + "a=x\ry\r\n", .illegalCharacter(line: 5)),
        (minimal + "t=0\r\n", .malformedValue(line: 5)),
        (minimal + "t=0 99999999999999999999\r\n", .malformedValue(line: 5)),
        (minimal + "b=AS\r\n", .malformedValue(line: 5)),
        (minimal + "b=AS:-1\r\n", .malformedValue(line: 5)),
        (minimal + "c=IN IP4\r\n", .malformedValue(line: 5)),
        (minimal + "m=audio 65536 X 0\r\n", .malformedValue(line: 5)),
        (minimal + "m=audio +9 X 0\r\n", .malformedValue(line: 5)),
        (minimal + "m=audio 9/ X 0\r\n", .malformedValue(line: 5)),
        (minimal + "m=audio 9 X\r\n", .malformedValue(line: 5)),
        (minimal + "m=audio 9 X 0\r\nt=0 0\r\n", .unexpectedLine(line: 6)),
    ]

    @Test(arguments: Specimens.all) func writesWhatItRead(_ text: String) throws {
        let description = try SessionDescription(parsing: text)
        #expect(description.description == text)
        #expect(try SessionDescription(parsing: text.replacing("\r\n", with: "\n")) == description)
    }

    @Test func readsEveryTypeOfLine() throws {
        let text = lines(
            """
            v=0
            o=ward 38844 38845 IN IP6 2001:db8::9
            s=Ronde du matin
            i=about it
            u=https://clinic.example/round
            e=a@clinic.example (A)
            e=b@clinic.example
            p=+44 20 7946 0018
            c=IN IP6 2001:db8::9
            b=AS:512
            b=X-YZ:7
            t=3034423619 3042462419
            r=604800 3600 0 90000
            t=0 0
            z=3034423619 -1h
            a=recvonly
            m=audio 49170/2 RTP/AVP 0 96
            i=the room
            c=IN IP4 198.51.100.7
            b=TIAS:64000
            a=rtpmap:96 L8/8000
            a=odd:value:with colons = and more
            """)
        let description = try SessionDescription(parsing: text)
        #expect(description.description == text)
        #expect(description.origin.address.addressType == "IP6")
        #expect(description.emails.count == 2)
        #expect(description.times.map { $0.repeats.count } == [1, 0])
        #expect(description.media[0].portCount == 2)
        #expect(description.media[0].attributes[1].value == "value:with colons = and more")
    }

    @Test func toleratesWhatStacksWrite() throws {
        let text = Self.minimal + "k=clear:x\r\na=group : BUNDLE\r\nm=audio  9  UDP/TLS/RTP/SAVPF  0\r\n\r\n\r\n"
        let description = try SessionDescription(parsing: text)
        #expect(description.attributes.map { $0.name } == ["group"])
        #expect(description.media[0].formats == ["0"])
        #expect(!description.description.contains("k="))
    }

    @Test(arguments: refused) func refusesWhatIsNoDescription(_ text: String, _ expected: SDPError?) {
        do throws(SDPError) {
            _ = try SessionDescription(parsing: text)
            #expect(expected == nil)
        } catch {
            #expect(error == expected)
        }
    }

    @Test func isNotFooledByCombiningMarks() throws {
        // U+0301 joins the colon before it to one Character.
        let text = Self.minimal + "a=mid:\u{301}0\r\nm=audio 9 X 0\r\n"
        #expect(try SessionDescription(parsing: text).attributes == [Attribute("mid", "\u{301}0")])
    }
}
