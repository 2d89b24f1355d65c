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
    case edit(message: String)
    case deleteMessage(String)
    case log(reply: String)
    case stop(reply: String)
    case regenerate(reply: String)
    case configuration
    case developmentSignIn
    case health
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
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        if segments.first == "api" { return api(Array(segments.dropFirst())) }
        if path == "/healthz" { return [("GET", .health)] }
        return assets.contains(path) ? [("GET", .asset(path))] : []
    }

    private static func api(_ segments: [String]) -> [(method: String, route: Route)] {
        switch segments.count {
        case 2:
            switch (segments[0], segments[1]) {
            case ("chat", "bind"): [("POST", .bind)]
            case ("chat", "unbind"): [("POST", .unbind)]
            case ("chat", "send"): [("POST", .send)]
            case ("chat", "conversations"): [("GET", .conversations)]
            case ("chat", "config"): [("GET", .configuration)]
            case ("dev", "sign-in"): [("POST", .developmentSignIn)]
            default: []
            }
        case 3 where segments[0] == "chat" && segments[1] == "conversations" && isID(segments[2]):
            [
                ("GET", .conversation(segments[2])), ("PATCH", .change(conversation: segments[2])),
                ("DELETE", .delete(conversation: segments[2])),
            ]
        case 3 where segments[0] == "chat" && segments[1] == "messages" && isID(segments[2]):
            [("DELETE", .deleteMessage(segments[2]))]
        case 4 where segments[0] == "chat" && isID(segments[2]):
            switch (segments[1], segments[3]) {
            case ("conversations", "messages"): [("GET", .messages(conversation: segments[2]))]
            case ("messages", "edit"): [("POST", .edit(message: segments[2]))]
            case ("replies", "log"): [("GET", .log(reply: segments[2]))]
            case ("replies", "stop"): [("POST", .stop(reply: segments[2]))]
            case ("replies", "regenerate"): [("POST", .regenerate(reply: segments[2]))]
            default: []
            }
        default: []
        }
    }

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
