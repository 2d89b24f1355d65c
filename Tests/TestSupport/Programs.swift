import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The package's own programs, as built for the tests.
public enum Programs {
    /// Where they lie: beside the tests' own.
    public static let directory: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        precondition(count > 0, "/proc/self/exe cannot be read")
        return Files.parent(of: String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self))
    }()

    /// The path of a program.
    public static func path(_ name: String) -> String { "\(directory)/\(name)" }
}

/// What the one who runs the tests says to them.
public enum TestEnvironment {
    /// The value of an environment variable; nil without one.
    public static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
