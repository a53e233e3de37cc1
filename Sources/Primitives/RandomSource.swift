/// Where random bits come from: the system in production, a seed in tests.
///
/// ICE passwords, SSRCs and DTLS certificates must come from `.system`. A seeded source is xoshiro256** (Blackman and
/// Vigna), which is fast and repeatable, and predictable by whoever has seen a few of its values.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)?

    private init(state: (UInt64, UInt64, UInt64, UInt64)?) { self.state = state }

    /// The kernel's generator.
    public static var system: RandomSource { RandomSource(state: nil) }

    public init(seed: UInt64) {
        var z = seed
        func splitMix() -> UInt64 {
            z &+= 0x9E37_79B9_7F4A_7C15
            var x = z
            x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
            x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
            return x ^ (x >> 31)
        }
        state = (splitMix(), splitMix(), splitMix(), splitMix())
    }

    public mutating func next() -> UInt64 {
        guard var s = state else {
            var system = SystemRandomNumberGenerator()
            return system.next()
        }
        let x = s.1 &* 5
        let result = ((x << 7) | (x >> 57)) &* 9
        let t = s.1 << 17
        s.2 ^= s.0
        s.3 ^= s.1
        s.1 ^= s.2
        s.0 ^= s.3
        s.2 ^= t
        s.3 = (s.3 << 45) | (s.3 >> 19)
        state = s
        return result
    }

    /// True with probability `p`.
    public mutating func chance(_ p: Double) -> Bool { Double.random(in: 0..<1, using: &self) < p }

    /// A source of its own that follows from this one, so that one consumer's draws do not shift another's.
    public mutating func split() -> RandomSource { state == nil ? .system : RandomSource(seed: next()) }
}
