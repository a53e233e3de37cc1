/// Descriptions of the shape that Chromium writes.
enum Chromium {
    static let fingerprint =
        "3A:91:0C:5E:77:42:D8:1F:B6:09:EE:54:2B:C3:98:70:AD:16:F2:4D:83:5A:BE:07:61:D9:30:4F:C8:12:95:E6"

    static let transport = """
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:Qm4z
        a=ice-pwd:7hVdyT0sLkWq3nXbR9fGcJ2e
        a=ice-options:trickle
        a=fingerprint:sha-256 \(fingerprint)
        """

    static let audioSection = """
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
        c=IN IP4 0.0.0.0
        \(transport)
        a=setup:actpass
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=sendrecv
        a=msid:c3f0a1d2-stream 5b7e-audio
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=fmtp:63 111/111
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:13 CN/8000
        a=rtpmap:110 telephone-event/48000
        a=rtpmap:126 telephone-event/8000
        a=ssrc:1830221906 cname:Zr1uVt8/pQ0mLwXk
        a=ssrc:1830221906 msid:c3f0a1d2-stream 5b7e-audio
        """

    static let videoSection = section(mid: "1", ssrc: 2811400077, track: "9d2c-video")

    /// A video section with the long list of codecs, retransmissions for each, ids beyond 14 included.
    static func section(mid: String, ssrc: UInt32, track: String, direction: String = "sendrecv") -> String {
        var codecs: [(Int, String, String)] = [(96, "VP8", "")]
        for (i, p) in ["42001f;1", "42001f;0", "42e01f;1", "42e01f;0", "4d001f;1", "4d001f;0", "64001f;1"].enumerated()
        {
            let parts = p.split(separator: ";")
            let text = "level-asymmetry-allowed=1;packetization-mode=\(parts[1]);profile-level-id=\(parts[0])"
            codecs.append(([102, 104, 106, 108, 127, 39, 112][i], "H264", text))
        }
        codecs += [
            (45, "AV1", "level-idx=5;profile=0;tier=0"), (98, "VP9", "profile-id=0"), (100, "VP9", "profile-id=2"),
            (49, "H265", "level-id=180;profile-id=1;tier-flag=0;tx-mode=SRST"),
        ]
        let rtx = [97, 103, 105, 107, 109, 125, 40, 113, 46, 99, 101, 50]
        var formats: [String] = []
        var lines: [String] = []
        for (codec, second) in zip(codecs, rtx) {
            let (number, name, parameters) = codec
            formats += ["\(number)", "\(second)"]
            lines.append("a=rtpmap:\(number) \(name)/90000")
            for kind in ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"] {
                lines.append("a=rtcp-fb:\(number) \(kind)")
            }
            if !parameters.isEmpty { lines.append("a=fmtp:\(number) \(parameters)") }
            lines += ["a=rtpmap:\(second) rtx/90000", "a=fmtp:\(second) apt=\(number)"]
        }
        lines += [
            "a=rtpmap:114 red/90000", "a=rtpmap:115 rtx/90000", "a=fmtp:115 apt=114", "a=rtpmap:116 ulpfec/90000",
        ]
        formats += ["114", "115", "116"]
        return """
            m=video 9 UDP/TLS/RTP/SAVPF \(formats.joined(separator: " "))
            c=IN IP4 0.0.0.0
            \(transport)
            a=setup:actpass
            a=mid:\(mid)
            a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
            a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
            a=extmap:13 urn:3gpp:video-orientation
            a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
            a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
            a=extmap:6 http://www.webrtc.org/experiments/rtp-hdrext/video-content-type
            a=extmap:7 http://www.webrtc.org/experiments/rtp-hdrext/video-timing
            a=extmap:8 http://www.webrtc.org/experiments/rtp-hdrext/color-space
            a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
            a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
            a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
            a=extmap:17 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension
            a=\(direction)
            a=msid:c3f0a1d2-stream \(track)
            a=rtcp-mux
            a=rtcp-rsize
            \(lines.joined(separator: "\n"))
            a=ssrc-group:FID \(ssrc) \(ssrc + 1)
            a=ssrc:\(ssrc) cname:Zr1uVt8/pQ0mLwXk
            a=ssrc:\(ssrc) msid:c3f0a1d2-stream \(track)
            a=ssrc:\(ssrc + 1) cname:Zr1uVt8/pQ0mLwXk
            a=ssrc:\(ssrc + 1) msid:c3f0a1d2-stream \(track)
            """
    }

    static func session(bundle: String, version: Int = 2) -> String {
        """
        v=0
        o=- 4120587733106482951 \(version) IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE \(bundle)
        a=extmap-allow-mixed
        a=msid-semantic: WMS c3f0a1d2-stream
        """
    }

    static let offer = lines(session(bundle: "0 1"), audioSection, videoSection)

    static let dataSection = """
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 0.0.0.0
        a=ice-ufrag:Qm4z
        a=ice-pwd:7hVdyT0sLkWq3nXbR9fGcJ2e
        a=ice-options:trickle
        a=fingerprint:sha-256 \(fingerprint)
        a=setup:actpass
        a=mid:2
        a=sctp-port:5000
        a=max-message-size:262144
        """

    static let offerWithData = lines(session(bundle: "0 1 2"), audioSection, videoSection, dataSection)
    static let screen = section(mid: "2", ssrc: 901230022, track: "77aa-screen", direction: "sendonly")
    static let offerWithScreen = lines(session(bundle: "0 1 2", version: 3), audioSection, videoSection, screen)

    /// The answer to an offer of ours with audio 111 and video 96 and 97.
    static let answer = lines(
        session(bundle: "0 1"),
        """
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        c=IN IP4 0.0.0.0
        \(transport)
        a=setup:active
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:2 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=sendrecv
        a=msid:- 5b7e-audio
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=ssrc:1830221906 cname:Zr1uVt8/pQ0mLwXk
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        c=IN IP4 0.0.0.0
        b=AS:1500
        \(transport)
        a=setup:active
        a=mid:1
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:2 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=sendrecv
        a=msid:- 9d2c-video
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 goog-remb
        a=rtcp-fb:96 transport-cc
        a=rtcp-fb:96 ccm fir
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        a=ssrc-group:FID 2811400077 2811400078
        a=ssrc:2811400077 cname:Zr1uVt8/pQ0mLwXk
        a=ssrc:2811400078 cname:Zr1uVt8/pQ0mLwXk
        """)
}

/// Joins parts as text on the wire: every line ended by CRLF.
func lines(_ parts: String...) -> String {
    parts.joined(separator: "\n").split(separator: "\n").map { $0 + "\r\n" }.joined()
}
