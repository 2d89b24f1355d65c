extension DeepSeekClient {
    /// The models that the account may ask (`GET /models`), in the server's order.
    ///
    /// A name is not a version: `deepseek-flash` moves on to the next one. Ask at the start whether the model that is
    /// configured still exists.
    public func models() async throws(DeepSeekError) -> [Model] {
        struct List: Decodable { var data: [Model] }
        let list: List = try await inquire("/models", "a list of models")
        return list.data
    }

    /// What is left on the account (`GET /user/balance`); other servers do not know it and answer with an error.
    public func balance() async throws(DeepSeekError) -> Balance {
        try await inquire("/user/balance", "a balance")
    }

    private func inquire<Answer: Decodable>(_ path: String, _ what: String) async throws(DeepSeekError) -> Answer {
        var call = Call(client: self, request: Inquiry(path: path), isStreaming: false)
        let answer = try await call.run { (body) throws(DeepSeekError) -> Answer in
            guard let answer: Answer = JSONText.read(body) else {
                throw DeepSeekError.unreadable("the answer is not \(what)", body)
            }
            return answer
        }
        call.reportFinished(nil)
        return answer
    }
}
