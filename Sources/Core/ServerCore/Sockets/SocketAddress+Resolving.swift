package import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension SocketAddress {
    /// The addresses of `name:port`, in the system's order of preference; never empty.
    ///
    /// A numeric address is answered at once. For a name `getaddrinfo` runs on a thread of its own, since it blocks for as
    /// long as the system's resolver likes.
    package static func resolve(_ text: String) async throws(SystemError) -> [SocketAddress] {
        if let address = SocketAddress(text) { return [address] }
        guard let colon = text.lastIndex(of: ":"), let port = port(text[text.index(after: colon)...]),
            colon != text.startIndex
        else { throw SystemError("read the address \(text)", code: EINVAL) }
        let name = String(text[..<colon])
        let found: Result<[SocketAddress], SystemError> = await withCheckedContinuation { continuation in
            Thread(name: "resolve") { continuation.resume(returning: lookUp(name, port)) }.detach()
        }
        return try found.get()
    }

    private static func lookUp(_ name: String, _ port: UInt16) -> Result<[SocketAddress], SystemError> {
        var hints = addrinfo()
        hints.ai_socktype = Socket.streamType
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, String(port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else {
            let text = gai_strerror(code).map { String(cString: $0) } ?? "error \(code)"
            return .failure(SystemError("look up \(name) (\(text))", code: code == EAI_SYSTEM ? errno : ENOENT))
        }
        var addresses: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            var storage = sockaddr_storage()
            if let address = info.ai_addr {
                withUnsafeMutableBytes(of: &storage) { bytes in
                    let size = min(bytes.count, Int(info.ai_addrlen))
                    bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: size))
                }
                if let found = SystemAddress.make(storage) { addresses.append(found) }
            }
            entry = info.ai_next
        }
        return addresses.isEmpty ? .failure(SystemError("look up \(name)", code: ENOENT)) : .success(addresses)
    }
}
