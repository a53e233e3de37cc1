extension CodecCapability {
    /// RFC 7587. The map always says two channels, whatever is sent (§7).
    public static let opus = CodecCapability(
        .audio, RTPMap(name: "opus", clockRate: 48000, channels: 2), parameters: "minptime=10;useinbandfec=1",
        feedback: [.transportCC], payloadType: 111)

    /// RFC 7741.
    public static let vp8 = CodecCapability(
        .video, RTPMap(name: "VP8", clockRate: 90000), feedback: [.remb, .transportCC, .fir, .nack, .pli],
        payloadType: 96, retransmissionPayloadType: 97)
}

extension MediaCapabilities {
    /// What the media process encodes and decodes.
    public static let kiosk = MediaCapabilities(
        codecs: [.opus, .vp8], redundancy: RedundancyPayloadTypes(red: 98, redRetransmission: 99, ulpfec: 100))
}
