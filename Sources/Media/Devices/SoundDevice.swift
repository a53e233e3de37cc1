/// Which sound card, and how loud: what a board file asks for.
public struct SoundDevice: Equatable, Sendable {
    /// `auto`; a card's id or name; or any PCM of libasound's: `hw:CARD=Loopback,DEV=0`, `default`.
    public var name: String
    /// Of the card's mixer, in percent; nil leaves it as it is.
    public var level: Int?
    /// Whether the card's own switch is off; nil leaves it as it is.
    public var isMuted: Bool?
    /// The mixer's element; nil takes the usual one.
    public var element: String?

    public init(name: String, level: Int? = nil, isMuted: Bool? = nil, element: String? = nil) {
        (self.name, self.level, self.isMuted, self.element) = (name, level, isMuted, element)
    }
}
