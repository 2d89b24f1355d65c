import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lets one process at a time change a queue's directories, and tells each what happened since its last turn.
///
/// flock(2) on one file: the system frees it when its holder dies. The file says how many changes there have been, whether
/// one is going on, and since which boot, so that a change cut short by a kill or a power cut is noticed and repaired by
/// whoever comes next.
final class FileLock {
    /// What the file says.
    struct State: Equatable {
        var generation: Int64 = 0
        var isChanging = false
        var bootID = ""
    }

    private let path: String
    private let descriptor: Int32
    /// Which file was opened, whatever is found at its path later.
    private let identity: Identity
    private var state = State()
    /// Whether the one who has the lock has noted a change.
    private var hasBegun = false

    private static let magic = "hawk-queue 1"
    private static let size = 128

    /// A file as the system tells it apart from all others that are there.
    private struct Identity: Equatable {
        let device: UInt64
        let number: UInt64

        init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    /// Opens the file, making it if needed.
    init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = retryingInterrupted { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = SystemError("stat \(path)")
            close(descriptor)
            throw error
        }
        identity = Identity(status)
    }

    deinit {
        close(descriptor)
    }

    /// Whether the file is no longer at its path, or another one is: somebody removed the queue or put another in its place.
    var isReplaced: Bool {
        var status = stat()
        return stat(path, &status) != 0 || Identity(status) != identity
    }

    /// Waits for its turn, and returns what the file says; nil if it belongs to something else or a newer version.
    func acquire() throws(SystemError) -> State? {
        guard retryingInterrupted({ flock(descriptor, LOCK_EX) }) == 0 else { throw SystemError("flock \(path)") }
        hasBegun = false
        var bytes = [UInt8](repeating: 0, count: Self.size)
        let count = bytes.withUnsafeMutableBytes { buffer in
            retryingInterrupted { pread(descriptor, buffer.baseAddress, Self.size, 0) }
        }
        guard count >= 0 else { throw SystemError("read \(path)") }
        guard count > 0 else {
            state = State(isChanging: true)
            return state
        }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        // One that was cut short is no other program's.
        guard text.hasPrefix(Self.magic + " ") || (Self.magic + " ").hasPrefix(text) else { return nil }
        let fields = text.dropFirst(Self.magic.count).split { $0.isWhitespace }
        guard fields.count == 3, let generation = Int64(fields[0]) else {
            state = State(isChanging: true)
            return state
        }
        state = State(generation: generation, isChanging: fields[1] == "1", bootID: String(fields[2]))
        return state
    }

    func release() {
        retryingInterrupted { flock(descriptor, LOCK_UN) }
    }

    /// Notes that a change begins; call it before the first of them.
    func beginChange() throws(SystemError) {
        guard !hasBegun else { return }
        state.isChanging = true
        try write()
        hasBegun = true
    }

    /// Notes that what was changed, if anything, is complete, and returns the number of the last change.
    func endChange() throws(SystemError) -> Int64 {
        guard hasBegun else { return state.generation }
        state.isChanging = false
        state.generation += 1
        try write()
        hasBegun = false
        return state.generation
    }

    private func write() throws(SystemError) {
        state.bootID = Owner.current.bootID
        var text = "\(Self.magic) \(state.generation) \(state.isChanging ? 1 : 0) \(state.bootID)"
        text += String(repeating: " ", count: max(Self.size - 1 - text.utf8.count, 0)) + "\n"
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { buffer in
            retryingInterrupted { pwrite(descriptor, buffer.baseAddress, buffer.count, 0) }
        }
        guard count == bytes.count else { throw SystemError("write \(path)") }
    }
}
