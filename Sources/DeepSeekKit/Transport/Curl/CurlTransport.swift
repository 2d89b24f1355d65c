internal import PlatformCore

/// Brings bytes over by the system's libcurl: one thread, one pool of kept connections.
///
/// HTTP/2 where TLS offers it, else HTTP/1.1, with one stream at a time on a connection, which is kept for the next; TLS
/// by libcurl's own trust store, or a private one; proxies as the environment names them (`https_proxy`, `no_proxy`, …),
/// never for this machine. Answers may come packed in the gzip format. A cancelled transfer closes its stream at once; a
/// body nobody takes is held at 64 KiB and the rest left in the network.
///
/// The thread starts with the first request and ends when the transport and all bodies of its answers are gone. The one
/// piece of global state is libcurl's own: `curl_global_init` is called once per process, before the first transport.
public final class CurlTransport: HTTPTransport {
    private let driver: CurlDriver
    private let certificateAuthorityFile: String?

    /// A transport with connections of its own.
    ///
    /// - Parameter certificateAuthorityFile: a PEM file of the authorities to trust instead of the system's, for
    ///   servers with a private certificate.
    public init(certificateAuthorityFile: String? = nil) {
        self.certificateAuthorityFile = certificateAuthorityFile
        driver = CurlDriver()
    }

    deinit {
        driver.stopWhenIdle()
    }

    /// Sends a request: see `HTTPTransport`.
    public func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse {
        let transfer = CurlTransfer(
            request: request,
            certificateAuthorityFile: certificateAuthorityFile,
            driver: driver
        )
        let body = CurlBody(transfer)  // from here on, leaving this function cancels the transfer
        driver.start(transfer)
        let head = try await body.head()
        var response = TransportResponse(status: head.status, headers: head.headers, body: body)
        if response.isPacked { response.body = GunzipBody(body) }
        return response
    }
}

extension TransportResponse {
    /// Whether the body is in the gzip format, the one we accept; RFC 9110 8.4.1.3: `x-gzip` is the same.
    fileprivate var isPacked: Bool {
        let coding = header("content-encoding")?.lowercased()
        return coding == "gzip" || coding == "x-gzip"
    }
}
