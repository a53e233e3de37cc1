public import Primitives

/// What all audio devices deliver and take: 48 kHz, one channel, signed 16 bit, in periods of 10 ms.
public enum AudioFormat {
    public static let sampleRate = 48_000
    /// Samples of one period.
    public static let periodSamples = 480
    public static let period = Interval.milliseconds(10)
}

/// An open microphone, open from `init` to `deinit`. One thread.
public protocol AudioSource: AnyObject {
    /// Fills `samples` (`AudioFormat.periodSamples` of them) with the next period, waiting for it.
    /// - Returns: when the first of them was captured, nil if the period did not come by `deadline`.
    func read(_ samples: inout MutableSpan<Int16>, until deadline: Instant) throws(DeviceError) -> Instant?
}

/// An open speaker, open from `init` to `deinit`. One thread.
public protocol AudioSink: AnyObject {
    /// Plays one period, waiting until the device has room for it: this call is what paces the playout thread.
    /// - Returns: how long until the first of these samples is heard.
    func write(_ samples: Span<Int16>) throws(DeviceError) -> Interval
}
