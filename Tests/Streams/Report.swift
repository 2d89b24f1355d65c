import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What was found, printed as it is found.
struct Report {
    private(set) var hasFailed = false

    func say(_ what: String, _ found: String) {
        print("\(what): \(found)")
        fflush(nil)
    }

    mutating func expect(_ holds: Bool, _ promise: String) {
        guard !holds else { return }
        hasFailed = true
        print("FAILED: \(promise)")
    }
}
