import ServerCore

/// The chat page's files, with what a browser needs to keep them and the policy under which it runs them.
struct ChatPage: Sendable {
    /// A file, ready to be sent.
    struct File: Sendable {
        let contentType: String
        let bytes: [UInt8]
        /// Its entity tag: a hash of the bytes.
        let tag: String

        init(_ asset: PageAsset) {
            contentType = asset.contentType
            bytes = asset.bytes
            tag = "\"\(Base64.encodeURL(Array(Digest.sha256(bytes)[..<16])))\""
        }
    }

    private let files: [String: File]
    private let tokenOrigin: String?

    init(_ configuration: ChatAPI.Configuration) {
        files = configuration.servesPage ? PageAssets.files.mapValues(File.init) : [:]
        tokenOrigin = configuration.tokenURL.flatMap { WebOrigin($0)?.text }
    }

    /// Where the files are, below the API's prefix.
    var paths: some Collection<String> & Sendable { files.keys }

    /// Sends a file, or says that the browser has it already.
    func answer(_ path: String, _ request: ChatRequest, gatewayURL: String) -> ChatResponse {
        guard let file = files[path] else { return APIFailure.notFound.response }
        let headers = [
            (name: "Content-Type", value: file.contentType),
            (name: "ETag", value: file.tag),
            // Names do not change with their content: kept, but asked about each time.
            (name: "Cache-Control", value: "no-cache"),
            (name: "Content-Security-Policy", value: policy(gatewayURL: gatewayURL)),
        ]
        guard !request.hasCopy(of: file.tag) else { return ChatResponse(status: 304, headers: headers) }
        return ChatResponse(status: 200, headers: headers, body: .bytes(file.bytes))
    }

    /// What the page may load and whom it may talk to (CSP 3).
    private func policy(gatewayURL: String) -> String {
        let connect = (["'self'", Self.source(gatewayURL)] + (tokenOrigin.map { [$0] } ?? [])).joined(separator: " ")
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src \(connect); "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }

    /// The gateway's address as the policy can name it: without a query.
    private static func source(_ url: String) -> String {
        // CSP 3, 2.3.1: a host-source has no form for an IPv6 address, so there only the scheme can be named.
        guard WebOrigin(url)?.host.isIPv6 != true else { return url.hasPrefix("wss:") ? "wss:" : "ws:" }
        return String(url.prefix { !"?#".contains($0) })
    }
}

extension ChatRequest {
    /// Whether the browser has a file with this tag (RFC 9110 13.1.2).
    fileprivate func hasCopy(of tag: String) -> Bool {
        values(of: "if-none-match").contains { field in
            field.split(separator: ",").contains {
                let known = $0.filter { $0 != " " }
                return known == "*" || known == tag || known == "W/\(tag)"
            }
        }
    }
}
