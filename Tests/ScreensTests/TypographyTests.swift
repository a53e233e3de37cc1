import CallControl
import Primitives
import Screens
import Testing

@Suite struct TypographyTests {
    static let sizes = [
        (1280, 800), (1920, 1080), (1024, 600), (800, 480), (640, 480), (480, 640), (800, 1280), (1080, 1920),
        (3840, 2160),
    ]
    static let orders: [[ScreenLanguage]] = [[.english, .chinese], [.chinese, .english], [.english], [.chinese]]

    @Test(arguments: sizes) func everyTextIsWholeAndLargeEnough(width: Int, height: Int) {
        let screen = Box(0, 0, Double(width), Double(height))
        let unit = Double(min(width, height))
        for order in Self.orders {
            let display = VirtualDisplay(width: width, height: height, options: ScreenOptions(languages: order))
            for exhibit in Exhibit.all {
                display.show(exhibit.content)
                let texts = display.typography(at: Exhibit.now).texts
                let what: Comment = "\(exhibit) \(width)x\(height) \(order.map(\.tag))"
                #expect(!texts.isEmpty, what)
                for text in texts {
                    #expect(screen.contains(text.ink), "\(what): \(text)")
                    // A letter may reach a hair over the line it is set on.
                    let hair = text.letterHeight * 0.03
                    let box = Box(text.box.x - hair, text.box.y, text.box.width + 2 * hair, text.box.height)
                    #expect(box.contains(text.ink), "\(what): \(text)")
                    #expect(!text.isCut, "\(what): \(text)")
                    let least = text.role == .sentence ? unit / 14 : unit / 50
                    #expect(text.letterHeight >= least * 0.999, "\(what): \(text)")
                }
            }
        }
    }

    @Test func everyScreenButAPictureHasASentenceInBothLanguages() {
        for exhibit in Exhibit.all {
            let sentences = exhibit.display(width: 1280, height: 800).typography(at: Exhibit.now).texts
                .filter { $0.role == .sentence }
            #expect(sentences.contains { $0.text.contains { $0.isASCII && $0.isLetter } }, "\(exhibit)")
            #expect(sentences.contains { $0.text.unicodeScalars.contains { $0.value >= 0x4E00 } }, "\(exhibit)")
        }
    }

    @Test func theOrderOfLanguagesIsTheConfigurations() {
        func first(_ languages: [ScreenLanguage]) -> String? {
            Exhibit.all.first { $0.name == "idle" }?
                .display(width: 1280, height: 800, options: ScreenOptions(languages: languages))
                .typography(at: Exhibit.now).texts.first { $0.role == .sentence }?.text
        }
        #expect(first([.english, .chinese]) == "Press the button to talk to a clinician")
        #expect(first([.chinese, .english]) == "按下按钮，与医护人员通话")
    }

    /// Names come from the network. They are cut, never spilt over what stands beside them.
    @Test(arguments: [
        String(repeating: "W", count: 5000), String(repeating: "long name ", count: 300),
        "\u{202E}evil\n\n\n\n\0{seconds}",
        String(repeating: "国", count: 2000),
    ])
    func hostileNamesStayInTheirBox(name: String) {
        let party = Party(socket: "x", name: name)
        let later = Exhibit.now + .seconds(3)
        let phases: [CallPhase] = [
            .ringingIn(caller: party, since: Exhibit.now, answersAutomaticallyAt: later, until: later),
            .inCall(peer: party, since: Exhibit.now, reconnectingSince: nil),
            .ended(.hungUpThere, peer: party, duration: .seconds(3), until: later),
        ]
        for phase in phases {
            let display = VirtualDisplay(width: 1280, height: 800)
            display.show(ScreenContent(call: CallState(phase: phase), clinic: name, kiosk: name, clock: "10:42"))
            for text in display.typography(at: Exhibit.now).texts {
                #expect(text.box.contains(text.ink), "\(phase): \(text.ink) in \(text.box)")
            }
        }
    }

    @Test func everyLetterHasSevenToOne() {
        for (text, ground) in Palette.readable {
            #expect(text.contrast(with: ground) >= 7, "\(text) on \(ground)")
        }
        #expect(abs(Colour(0xFFFFFF).contrast(with: Colour(0x000000)) - 21) < 0.001)
        // WCAG's own borderline grey: #767676 on white is the darkest that just passes 4.5
        #expect(abs(Colour(0x767676).contrast(with: Colour(0xFFFFFF)) - 4.54) < 0.01)
    }
}
