import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Owner {
    /// This process.
    public static let current = Owner(
        host: hostName() + processNamespace(),
        bootID: boot(),
        pid: getpid(),
        startTime: started(getpid()) ?? 0
    )

    /// Whether the process is known to be gone; false when that cannot be told from here.
    var isDead: Bool {
        let here = Self.current
        guard host == here.host else { return false }
        guard bootID == here.bootID else { return true }
        if pid == here.pid { return startTime != here.startTime }
        return Self.started(pid) != startTime
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.prefix(48).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    #if canImport(Darwin)
    private static func processNamespace() -> String { "" }

    private static func boot() -> String {
        var text = [CChar](repeating: 0, count: 64)
        var size = text.count
        guard sysctlbyname("kern.bootsessionuuid", &text, &size, nil, 0) == 0 else { return "unknown" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// When a process started, in microseconds since 1970; nil when there is none or it has ended.
    private static func started(_ pid: Int32) -> UInt64? {
        var info = proc_bsdinfo()
        let size = Int32(MemoryLayout<proc_bsdinfo>.size)
        guard proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, size) == size, info.pbi_status != UInt32(SZOMB) else {
            return nil
        }
        return info.pbi_start_tvsec * 1_000_000 + info.pbi_start_tvusec
    }
    #else
    /// Two containers with one host name do not see each other's processes.
    private static func processNamespace() -> String {
        var target = [CChar](repeating: 0, count: 64)
        guard readlink("/proc/self/ns/pid", &target, target.count - 1) > 0 else { return "" }
        return "."
            + String(decoding: target.map(UInt8.init(bitPattern:)).filter { (48...57).contains($0) }, as: UTF8.self)
    }

    private static func boot() -> String {
        let bytes = (try? Files.read("/proc/sys/kernel/random/boot_id")) ?? Array("unknown".utf8)
        return String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
    }

    /// When a process started, in clock ticks since the boot; nil when there is none or it has ended.
    ///
    /// proc(5): the fields of stat after the name in parentheses are the state (3) … the start time (22).
    private static func started(_ pid: Int32) -> UInt64? {
        guard let bytes = try? Files.read("/proc/\(pid)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let fields = bytes[bytes.index(after: end)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19, fields[0] != [UInt8(ascii: "Z")], fields[0] != [UInt8(ascii: "X")] else { return nil }
        return UInt64(String(decoding: fields[19], as: UTF8.self))
    }
    #endif
}

/// Finds dead owners among those that hold jobs, asking the system about each at most once a second.
final class OwnerWatch: Sendable {
    private let asked = Lock<[Owner: ContinuousClock.Instant]>([:])

    func dead(among owners: some Sequence<Owner>) -> [Owner] {
        let now = ContinuousClock.now
        return owners.filter { owner in
            let isDue = asked.withLock { asked in asked[owner].map { now - $0 >= .seconds(1) } ?? true }
            guard isDue else { return false }
            if owner.isDead { return true }
            asked.withLock { asked in
                if asked.count > 1000 { asked = [:] }
                asked[owner] = now
            }
            return false
        }
    }
}
