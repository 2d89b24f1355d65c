import PlatformCore

#if os(Linux)
import CLinux
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Tells the other processes that share a store that there is something new, so that they need not look again and again.
///
/// To ring is to open a file for writing and to close it, which inotify(7) tells those who watch its directory. Nothing is
/// written, so that a full disk does not silence it. Where there is no inotify, or the user has no more of it, nobody is
/// told, and all look by themselves, more often.
final class Doorbell: Sendable {
    private enum State {
        case unheard
        /// Listening was tried in vain.
        case deaf
        /// A thread listens until this descriptor is written to, and then closes it.
        case heard(stop: Int32)
    }

    private let path: String
    private let wake: WakeSignal
    private let state = Lock(State.unheard)

    /// A bell that nobody listens to yet: the file it rings, and what rings of others notify.
    init(_ path: String, wake: WakeSignal) {
        self.path = path
        self.wake = wake
    }

    deinit {
        guard case .heard(let stop) = state.withLock({ $0 }) else { return }
        var one: UInt64 = 1
        write(stop, &one, 8)
    }

    /// How often to look for what others did, besides listening.
    ///
    /// Also for what makes no ring: an owner that dies, and a store whose bell was lost.
    var pollInterval: Duration {
        if case .heard = state.withLock({ $0 }) { .milliseconds(500) } else { .milliseconds(100) }
    }

    /// Tells everyone who listens, this process too; costs two system calls that do not reach the disk.
    func ring() {
        let descriptor = retryingInterrupted { open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Begins to listen, if that has not been tried.
    func listen() {
        state.withLock { state in
            guard case .unheard = state else { return }
            state = .deaf
            #if os(Linux)
            let inotify = inotify_init1(Int32(IN_CLOEXEC))
            guard inotify >= 0 else { return }
            let stop = eventfd(0, Int32(EFD_CLOEXEC))
            guard stop >= 0, inotify_add_watch(inotify, Files.parent(of: path), UInt32(IN_CLOSE_WRITE)) >= 0 else {
                close(inotify)
                if stop >= 0 { close(stop) }
                return
            }
            let name = path.split(separator: "/").last.map { Array($0.utf8) } ?? []
            Thread(name: "queue-bell") { [wake] in
                Self.hear(inotify, until: stop, name: name) { wake.notify() }
                close(inotify)
                close(stop)
            }
            .detach()
            state = .heard(stop: stop)
            #endif
        }
    }

    #if os(Linux)
    private static func hear(_ inotify: Int32, until stop: Int32, name: [UInt8], _ rung: () -> Void) {
        var descriptors = [inotify, stop].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            guard retryingInterrupted({ poll(&descriptors, 2, -1) }) > 0, descriptors[1].revents == 0 else { return }
            let capacity = buffer.count
            let count = buffer.withUnsafeMutableBytes { bytes in
                retryingInterrupted { read(inotify, bytes.baseAddress, capacity) }
            }
            guard count > 0 else { return }
            if contains(name, in: buffer[..<count]) { rung() }
        }
    }

    /// Whether one of the events is about a name, or events were lost.
    ///
    /// inotify(7): wd, mask, cookie and len of four bytes each, then len bytes of a name that ends with zeros.
    private static func contains(_ name: [UInt8], in events: ArraySlice<UInt8>) -> Bool {
        var rest = events
        while rest.count >= 16 {
            func number(_ offset: Int) -> UInt32 {
                rest.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
            }
            if number(4) & UInt32(IN_Q_OVERFLOW) != 0 { return true }
            let length = Int(number(12))
            if rest.dropFirst(16).prefix(length).prefix(while: { $0 != 0 }).elementsEqual(name) { return true }
            rest = rest.dropFirst(16 + length)
        }
        return false
    }
    #endif
}
