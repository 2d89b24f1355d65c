#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// On what it was measured.
struct Machine {
    let processors: Int
    /// `Linux 6.18.1 x86_64`.
    let system: String

    init() {
        processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        var name = utsname()
        uname(&name)
        let fields = [Self.text(name.sysname), Self.text(name.release), Self.text(name.machine)]
        system = fields.joined(separator: " ")
    }

    private static func text<Characters>(_ field: Characters) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
#endif
