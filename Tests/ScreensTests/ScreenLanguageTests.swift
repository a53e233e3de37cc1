import Screens
import Testing

@Suite struct ScreenLanguageTests {
    @Test func configuredTagsFindTheirTexts() {
        #expect(ScreenLanguage.matching("zh-CN") == .chinese)
        #expect(ScreenLanguage.matching("EN") == .english)
        #expect(ScreenLanguage.matching("tlh") == nil)
    }
}
