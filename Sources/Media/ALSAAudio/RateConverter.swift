import CSpeexDSP

/// Brings samples of one channel from one rate to another, by libspeexdsp's windowed sinc. One thread.
final class RateConverter {
    private let state: OpaquePointer
    /// Input samples by which the output is behind.
    let delay: Int

    /// Nil if there is no memory for it.
    init?(from: Int, to: Int) {
        var error: Int32 = 0
        guard let state = speex_resampler_init(1, UInt32(clamping: from), UInt32(clamping: to), 5, &error) else {
            return nil
        }
        self.state = state
        // The filter starts with nothing in it; without this the first output would be its rise.
        speex_resampler_skip_zeros(state)
        delay = Int(speex_resampler_get_input_latency(state))
    }

    deinit { speex_resampler_destroy(state) }

    func reset() { speex_resampler_reset_mem(state) }

    /// Takes the first `count` of `input`; returns how many samples of `output` they made.
    func process(_ input: [Int16], count: Int, into output: inout [Int16]) -> Int {
        var taken = UInt32(clamping: min(count, input.count))
        var made = UInt32(clamping: output.count)
        let error = input.withUnsafeBufferPointer { from in
            output.withUnsafeMutableBufferPointer { to in
                speex_resampler_process_int(state, 0, from.baseAddress, &taken, to.baseAddress, &made)
            }
        }
        return error == 0 ? Int(made) : 0
    }
}
