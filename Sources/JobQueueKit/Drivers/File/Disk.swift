import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The calls of the system that the file driver is made of; what is not there is a value, other failures throw.
enum Disk {
    /// Moves a file at once: it is never in both places, nor in none.
    static func move(_ source: String, to destination: String) throws(SystemError) {
        guard rename(source, destination) == 0 else { throw SystemError("rename \(source) to \(destination)") }
    }

    /// Removes a file or a symbolic link; one that is not there is as good.
    static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink \(path)") }
    }

    /// Removes a directory if nothing is in it; what is no directory stays.
    static func removeDirectory(_ path: String) throws(SystemError) {
        guard rmdir(path) == 0 || [ENOENT, ENOTEMPTY, EEXIST, ENOTDIR].contains(errno) else {
            throw SystemError("rmdir \(path)")
        }
    }

    /// Makes a directory and its parents with mode 0700 and returns those in which a name is new.
    static func makeDirectory(_ path: String) throws(SystemError) -> [String] {
        if mkdir(path, 0o700) == 0 { return [Files.parent(of: path)] }
        switch errno {
        case EEXIST:
            return []
        case ENOENT:
            let parents = try makeDirectory(Files.parent(of: path))
            return parents + (try makeDirectory(path))
        default:
            throw SystemError("make directory \(path)")
        }
    }

    /// The names in a directory, in no order; none if it is not there or no directory.
    ///
    /// Hidden ones, which file managers and network file systems leave behind, are never the queue's.
    static func names(in path: String) throws(SystemError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw SystemError("open directory \(path)")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// Makes a symbolic link that holds a text; replaces one that is there, by way of a temporary one.
    static func link(_ path: String, holding text: String, temporary: String) throws(SystemError) {
        if symlink(text, path) == 0 { return }
        guard errno == EEXIST else { throw SystemError("symlink \(path)") }
        try remove(temporary)
        guard symlink(text, temporary) == 0 else { throw SystemError("symlink \(temporary)") }
        try move(temporary, to: path)
    }

    /// The text a symbolic link holds; nil if it is not there or no link.
    static func held(by path: String) throws(SystemError) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        guard count >= 0 else {
            if errno == ENOENT || errno == EINVAL { return nil }
            throw SystemError("readlink \(path)")
        }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Writes a new file; it is on the disk when this returns, if `isDurable`.
    static func write(_ parts: [[UInt8]], to path: String, isDurable: Bool) throws(SystemError) {
        let descriptor = retryingInterrupted { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw SystemError("create \(path)") }
        do throws(SystemError) {
            defer { close(descriptor) }
            for part in parts { try Files.write(part, to: descriptor, path: path) }
            guard !isDurable || retryingInterrupted({ fsync(descriptor) }) == 0 else {
                throw SystemError("fsync \(path)")
            }
        } catch {
            unlink(path)
            throw error
        }
    }

    /// The first bytes of a file; nil if it is not there.
    static func beginning(of path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        let descriptor = retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemError("open \(path)")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = bytes.withUnsafeMutableBytes { buffer in
            retryingInterrupted { pread(descriptor, buffer.baseAddress, limit, 0) }
        }
        guard count >= 0 else { throw SystemError("read \(path)") }
        return Array(bytes[..<count])
    }

    /// Takes the content of a file away.
    static func empty(_ path: String) throws(SystemError) {
        guard truncate(path, 0) == 0 else { throw SystemError("truncate \(path)") }
    }

    /// How long a file is; nil if it is not there.
    static func length(of path: String) throws(SystemError) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw SystemError("stat \(path)")
        }
        return Int(status.st_size)
    }

    /// Makes the names in a directory durable, or those in `root` if the directory has been emptied and removed since.
    static func sync(_ directory: String, root: String) throws(SystemError) {
        do throws(SystemError) {
            try Files.syncDirectory(directory)
        } catch {
            guard error.code == ENOENT else { throw error }
            try Files.syncDirectory(root)
        }
    }
}
