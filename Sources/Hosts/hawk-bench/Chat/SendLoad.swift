#if os(Linux)
import PlatformCore

/// Questions at a steady rate, whether or not the ones before are answered.
struct SendLoad {
    private static let connections = 64

    let process: ChatProcess
    let perSecond: Int

    /// Asks for some seconds; answers how long each took, counted from when it was due.
    func run(seconds: Int) throws -> Histogram {
        let users = try (0..<Self.connections).map { try ChatUser("sender-\($0)", port: process.apiPort) }
        // The worker is at the first of them for ever, so that only the sending is measured.
        let requests = users.map {
            $0.request("POST", "/api/chat/send", #"{"content":"[[silent]] Why is the sky blue?"}"#)
        }
        let epoll = try Epoll()
        let sockets = try users.indices.map { number in
            let socket = try LoadSocket(process.apiPort)
            try socket.join(epoll, number: number)
            return socket
        }
        let times = Histogram()
        var answers = [HTTPAnswer](repeating: HTTPAnswer(), count: users.count)
        var due = [UInt64](repeating: 0, count: users.count)
        var free = Array(users.indices)
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = perSecond * seconds
        let pause = 1_000_000_000 / UInt64(perSecond)
        let start = Monotonic.now
        var (sent, answered) = (0, 0)
        while answered < count {
            while sent < count, start + UInt64(sent) * pause <= Monotonic.now, let number = free.popLast() {
                due[number] = start + UInt64(sent) * pause
                answers[number] = HTTPAnswer()
                try requests[number].withUnsafeBytes(sockets[number].send)
                sent += 1
            }
            _ = try epoll.wait(milliseconds: 1) { number in
                let count = try chunk.withUnsafeMutableBytes(sockets[number].receive)
                answers[number].take(chunk[..<count])
                guard answers[number].isWhole else { return }
                guard answers[number].status == 202 else { throw BenchError("a question: \(answers[number].text)") }
                times.add(Monotonic.now - due[number])
                answered += 1
                free.append(number)
            }
            guard Monotonic.now < start + UInt64(3 * seconds + 10) * 1_000_000_000 else {
                throw BenchError("\(count - answered) of \(count) questions were not taken in time")
            }
        }
        return times
    }
}
#endif
