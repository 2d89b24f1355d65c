#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The sockets of one client process: `clients PORT FIRST COUNT`.
///
/// Sockets with even numbers read; the others read nothing until the server says so to the readers. Each tells the server
/// in words what it saw: `ok`, `digest`, `told`, `closed`, `after`.
final class ClientProcess {
    private let sockets: [ClientSocket]
    private var gone: Set<Int> = []
    private var isResumed = false

    init(_ arguments: some Sequence<String>) throws {
        let numbers = arguments.compactMap { Int($0) }
        guard numbers.count == 3, let port = UInt16(exactly: numbers[0]) else {
            throw Broken("use: clients PORT FIRST COUNT")
        }
        sockets = try (numbers[1]..<numbers[1] + numbers[2]).map {
            try ClientSocket($0, isReader: $0 % 2 == 0, to: port)
        }
    }

    /// Reads until the server has ended every connection.
    func run() throws {
        while true {
            let reading = sockets.filter { !gone.contains($0.number) && ($0.isReader || isResumed) }
            guard !reading.isEmpty else { return }
            try read(reading)
        }
    }

    /// Serves these sockets until there are others to serve.
    private func read(_ reading: [ClientSocket]) throws {
        let (wasResumed, goneBefore) = (isResumed, gone.count)
        var entries = reading.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while isResumed == wasResumed, gone.count == goneBefore {
            guard poll(&entries, nfds_t(entries.count), -1) >= 0 || errno == EINTR else {
                throw Broken("poll: errno \(errno)")
            }
            for (entry, socket) in zip(entries, reading) where entry.revents != 0 {
                if try !socket.read({ try take($0, socket) }) { gone.insert(socket.number) }
            }
        }
    }

    private func take(_ event: ClientSocket.Event, _ socket: ClientSocket) throws {
        switch event {
        case .message(let count):
            if socket.isReader, count % SentStream.messagesPerRound == 0 { try socket.send("ok") }
        case .text("digest"): try socket.send("digest \(socket.messages) \(socket.takeDigest())")
        case .text("resume"): isResumed = true
        case .text("after"): try socket.send("after")
        case .text(let marker): try socket.send("told \(socket.messages) \(socket.takeDigest()) \(marker)")
        case .closed(let code):
            // This socket says nothing any more: the first reader speaks for it.
            try sockets.first { $0.isReader }?.send(
                "closed \(socket.number) \(code) \(socket.messages) \(socket.takeDigest())"
            )
        }
    }
}
