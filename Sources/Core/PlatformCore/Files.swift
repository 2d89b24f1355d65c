#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The few file operations that the hosts and drivers share; all of them block.
package enum Files {
    /// Makes a directory and its parents, each with mode 0700; an existing one is left as it is.
    package static func makeDirectory(_ path: String) throws(SystemError) {
        if path.isEmpty || mkdir(path, 0o700) == 0 { return }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw SystemError("make directory \(path)", code: ENOTDIR)
            }
        case ENOENT:
            try makeDirectory(parent(of: path))
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemError("make directory \(path)") }
        default:
            throw SystemError("make directory \(path)")
        }
    }

    /// Whether there is something at a path.
    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// The directory that holds `path`; "." for a bare name.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The whole content of a file of at most `limit` bytes.
    package static func read(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
        let descriptor = retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let capacity = chunk.count
            let count = chunk.withUnsafeMutableBytes { buffer in
                retryingInterrupted { systemRead(descriptor, buffer.baseAddress, capacity) }
            }
            guard count >= 0 else { throw SystemError("read \(path)") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw SystemError("read \(path)", code: EFBIG) }
        }
    }

    /// Writes all of `bytes` to an open descriptor.
    package static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32, path: String) throws(SystemError) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                retryingInterrupted { systemWrite(descriptor, buffer.baseAddress, buffer.count) }
            }
            guard count >= 0 else { throw SystemError("write \(path)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Replaces a file so that after a crash it holds either the old content or the new.
    ///
    /// Temporary file, fsync, rename, fsync of the directory; mode 0600.
    package static func replace(_ path: String, with bytes: some Collection<UInt8>) throws(SystemError) {
        try publish(path, bytes) { rename($0, $1) == 0 }
    }

    /// Makes a file that is whole from its first moment; one that is there already stays as it is.
    package static func create(_ path: String, with bytes: some Collection<UInt8>) throws(SystemError) {
        try publish(path, bytes) { temporary, path in
            defer { unlink(temporary) }
            return link(temporary, path) == 0 || errno == EEXIST
        }
    }

    private static func publish(
        _ path: String,
        _ bytes: some Collection<UInt8>,
        _ move: (_ temporary: String, _ path: String) -> Bool
    ) throws(SystemError) {
        let temporary = "\(path).tmp-\(getpid())"
        let descriptor = retryingInterrupted { open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw SystemError("create \(temporary)") }
        do throws(SystemError) {
            defer { close(descriptor) }
            try write(bytes, to: descriptor, path: temporary)
            guard retryingInterrupted({ fsync(descriptor) }) == 0 else { throw SystemError("fsync \(temporary)") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard move(temporary, path) else {
            let error = SystemError("move \(temporary) to \(path)")
            unlink(temporary)
            throw error
        }
        try syncDirectory(parent(of: path))
    }

    /// Makes the names in a directory durable.
    package static func syncDirectory(_ path: String) throws(SystemError) {
        let descriptor = retryingInterrupted { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        defer { close(descriptor) }
        guard retryingInterrupted({ fsync(descriptor) }) == 0 else { throw SystemError("fsync \(path)") }
    }
}

// Inside `Files` the names read and write are its own: these reach libc's.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}
