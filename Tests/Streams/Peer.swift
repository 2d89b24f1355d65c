import DeepSeekKit

/// The simulator, asked by another way than the streams.
struct Peer {
    private let url: String
    private let authority: String?

    init(_ url: String, authority: String?) { (self.url, self.authority) = (url, authority) }

    /// Waits until the simulator gives no answer any more; false if it still does after half a minute.
    func becomesIdle() async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            if try await recorded().contains("\"open_streams\":0,") { return true }
            guard ContinuousClock.now < deadline else { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func recorded() async throws -> String {
        let soon = ContinuousClock.now + .seconds(10)
        let request = TransportRequest(
            method: "GET",
            url: "\(url)/recorded?last=0",
            connectTimeout: .seconds(5),
            headDeadline: soon,
            deadline: soon
        )
        let response = try await CurlTransport(certificateAuthorityFile: authority).send(request)
        var body: [UInt8] = []
        while let more = try await response.body.next(before: soon) { body += more }
        return String(decoding: body, as: UTF8.self)
    }
}
