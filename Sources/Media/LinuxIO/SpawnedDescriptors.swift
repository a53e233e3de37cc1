import CLinux
public import Glibc

extension posix_spawn_file_actions_t {
    /// Has the child close every descriptor from `first` on: what it was not given, it must not hold.
    public mutating func closeEverything(from first: Int32) {
        _ = callpoint_spawn_closes_from(&self, first)
    }
}
