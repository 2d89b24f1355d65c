import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension SystemError {
    /// Whether an error number says that the disk, or the user's share of it, is full.
    static func isFull(_ code: Int32) -> Bool { code == ENOSPC || code == EDQUOT }
}
