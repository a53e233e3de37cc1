/// What this kiosk uses of Opus (RFC 6716): 48 kHz, one channel, 20 ms a packet.
public enum Opus {
    public static let sampleRate = 48_000
    /// Samples of a 20 ms packet.
    public static let samplesPerPacket = 960
    /// The longest that a packet from outside can be, 120 ms.
    public static let maximumSamplesPerPacket = 5_760
    /// The most bytes a 20 ms packet has (RFC 6716 §3.4: 1275 and the first byte).
    public static let maximumPacketSize = 1_276
}
