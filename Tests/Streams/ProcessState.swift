import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What this process has of the system now.
struct ProcessState {
    let descriptors: Int
    let threads: Int
    /// Bytes in memory.
    let memory: Int

    init() {
        descriptors = Self.entries("/proc/self/fd")
        threads = Self.entries("/proc/self/task")
        let fields =
            (try? Files.read("/proc/self/statm", limit: 4096)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        memory =
            (fields.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
            * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The state once no transport's thread is left, and no thread more than `threads`; or after twenty seconds whatever
    /// it is.
    ///
    /// Blocks its thread: the runtime's own end when nothing has run for five seconds, and a task that sleeps is
    /// something.
    static func settled(threads: Int = .max) -> ProcessState {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let isGone = !hasTransport  // asked first: the state must be one of afterwards
            let now = ProcessState()
            if isGone && now.threads <= threads || ContinuousClock.now > deadline { return now }
            usleep(100_000)
        }
    }

    private static var hasTransport: Bool {
        names("/proc/self/task").contains { id in
            (try? Files.read("/proc/self/task/\(id)/comm", limit: 64))?.starts(with: "hawk-curl".utf8) == true
        }
    }

    /// How many entries a directory has.
    private static func entries(_ path: String) -> Int { names(path).count }

    private static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
