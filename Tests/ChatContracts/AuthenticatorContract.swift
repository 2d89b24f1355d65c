public import ChatAPIKit

/// What the API counts on in an `Authenticator`.
public enum AuthenticatorContract {
    /// An authenticator with requests that it must tell apart.
    public struct Subject: Sendable {
        /// The one that is tried.
        public var authenticator: any Authenticator
        /// Makes a request of a signed-in user.
        public var request: @Sendable (_ uid: String) -> ChatRequest
        /// Requests that must count as nobody's: expired, forged, meant for others.
        public var refused: [ChatRequest]

        /// A subject.
        public init(
            authenticator: any Authenticator,
            request: @escaping @Sendable (_ uid: String) -> ChatRequest,
            refused: [ChatRequest]
        ) {
            self.authenticator = authenticator
            self.request = request
            self.refused = refused
        }
    }

    /// The promises.
    public static let checks: [ContractCheck<Subject>] = [
        ContractCheck("a signed-in user is known by the uid, whatever it is made of") { subject in
            for uid in ["7", "ann", "ann@example.org", "天空", String(repeating: "a", count: 128)] {
                let found = try await subject.authenticator.uid(of: subject.request(uid))
                try expect(Array(found.utf8) == Array(uid.utf8), "\(found) instead of \(uid)")
            }
        },
        ContractCheck("what is no uid is nobody: empty, 0, too long") { subject in
            for uid in ["", "0", String(repeating: "a", count: 129)] { try await refuse(subject.request(uid), subject) }
        },
        ContractCheck("a request that says nothing of a user is refused as without a token") { subject in
            let failure = try await refuse(ChatRequest(method: "GET", path: "/api/chat/usage"), subject)
            try expect(!failure.isTokenInvalid, "a token that was not sent is called invalid")
        },
        ContractCheck("a token in the query is not looked at") { subject in
            var request = subject.request("7")
            let values = request.headers.map { "\($0.name)=\($0.value)" }
            request.query = (values + ["token=x", "access_token=x"]).joined(separator: "&")
            request.headers = []
            try await refuse(request, subject)
        },
        ContractCheck("what is expired, forged or meant for others is refused") { subject in
            for request in subject.refused { try await refuse(request, subject) }
        },
        ContractCheck("a refusal is a sentence that fits into a header and repeats nothing that was sent") { subject in
            for request in subject.refused {
                let failure = try await refuse(request, subject)
                for text in [failure.code, failure.message] {
                    let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") }
                    try expect(isPlain && !text.isEmpty, "\(text)")
                    for value in request.headers.map(\.value) where value.utf8.count > 12 {
                        try expect(!text.contains(value), "\(text)")
                    }
                }
            }
        },
        ContractCheck("many may ask at once") { subject in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...64 {
                    group.addTask {
                        try await subject.authenticator.uid(of: subject.request("\(number)")) == "\(number)"
                    }
                }
                for try await isRight in group { try expect(isRight, "somebody is taken for somebody else") }
            }
        },
    ]

    @discardableResult
    private static func refuse(_ request: ChatRequest, _ subject: Subject) async throws -> AuthenticationFailure {
        do {
            let uid = try await subject.authenticator.uid(of: request)
            throw ContractViolation(description: "taken for \(uid)")
        } catch let failure as AuthenticationFailure {
            return failure
        }
    }
}
