/// What a request asks for, by its method and path.
package enum Route: Sendable, Equatable {
    case bind
    case unbind
    case send
    case conversations
    case conversation(String)
    case change(conversation: String)
    case delete(conversation: String)
    case messages(conversation: String)
    case export(conversation: String)
    case edit(message: String)
    case deleteMessage(String)
    case log(reply: String)
    case stop(reply: String)
    case regenerate(reply: String)
    case usage
    case configuration
    case developmentSignIn
    case health
    /// The description of the API itself.
    case description
    /// A file of the page, by its path.
    case asset(String)
}

extension Route {
    /// What a look into the table finds.
    package enum Match: Sendable, Equatable {
        case route(Route)
        /// The path is there, but not with this method.
        case wrongMethod(allowed: [String])
        case unknown
    }

    /// Looks a request up; HEAD finds what GET finds.
    ///
    /// - Parameters:
    ///   - method: the method, in capitals.
    ///   - path: the path without the API's prefix.
    ///   - assets: the paths of the page's files.
    /// - Returns: what is asked for, or why nothing is.
    package static func match(_ method: String, _ path: String, assets: some Collection<String>) -> Match {
        let routes = routes(at: path, assets: assets)
        guard !routes.isEmpty else { return .unknown }
        let wanted = method == "HEAD" ? "GET" : method
        if let found = routes.first(where: { $0.method == wanted }) { return .route(found.route) }
        let allowed = routes.map(\.method)
        return .wrongMethod(allowed: allowed + (allowed.contains("GET") ? ["HEAD"] : []))
    }

    private static func routes(at path: String, assets: some Collection<String>) -> [(method: String, route: Route)] {
        // What follows the prefix must begin a segment: `/assistantX/api` is not `/assistant` and `X/api`.
        guard path.hasPrefix("/") else { return [] }
        if assets.contains(path) { return [("GET", .asset(path))] }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        return table.compactMap { entry in
            let template = entry.path.split(separator: "/")
            guard template.count == segments.count else { return nil }
            var id = ""
            for (expected, segment) in zip(template, segments) {
                if expected == "{id}" {
                    guard isID(segment) else { return nil }
                    id = segment
                } else if expected != segment {
                    return nil
                }
            }
            return (entry.method, entry.route(id))
        }
    }

    /// Every path but those of the page's files, with what its `{id}` becomes.
    package static let table: [(method: String, path: String, route: @Sendable (_ id: String) -> Route)] = [
        ("POST", "/api/chat/bind", { _ in .bind }),
        ("POST", "/api/chat/unbind", { _ in .unbind }),
        ("POST", "/api/chat/send", { _ in .send }),
        ("GET", "/api/chat/conversations", { _ in .conversations }),
        ("GET", "/api/chat/conversations/{id}", { .conversation($0) }),
        ("PATCH", "/api/chat/conversations/{id}", { .change(conversation: $0) }),
        ("DELETE", "/api/chat/conversations/{id}", { .delete(conversation: $0) }),
        ("GET", "/api/chat/conversations/{id}/messages", { .messages(conversation: $0) }),
        ("GET", "/api/chat/conversations/{id}/export", { .export(conversation: $0) }),
        ("POST", "/api/chat/messages/{id}/edit", { .edit(message: $0) }),
        ("DELETE", "/api/chat/messages/{id}", { .deleteMessage($0) }),
        ("GET", "/api/chat/replies/{id}/log", { .log(reply: $0) }),
        ("POST", "/api/chat/replies/{id}/stop", { .stop(reply: $0) }),
        ("POST", "/api/chat/replies/{id}/regenerate", { .regenerate(reply: $0) }),
        ("GET", "/api/chat/usage", { _ in .usage }),
        ("GET", "/api/chat/config", { _ in .configuration }),
        ("POST", "/api/dev/sign-in", { _ in .developmentSignIn }),
        ("GET", "/openapi.json", { _ in .description }),
        ("GET", "/healthz", { _ in .health }),
    ]

    /// Whether a segment may be an id at all: nothing else reaches the store.
    private static func isID(_ segment: String) -> Bool {
        (1...64).contains(segment.utf8.count)
            && segment.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }
}
