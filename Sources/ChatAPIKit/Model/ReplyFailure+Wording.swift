extension ReplyFailure {
    /// The failure of a code, in our wording; no code is a worker that did not come back.
    package init(_ code: GenerationError.Code?) {
        let code = code ?? .interrupted
        self.init(
            code: code.rawValue,
            message: Self.wording(of: code),
            isRetryable: !GenerationError(code, cause: "").isPermanent
        )
    }

    private static func wording(of code: GenerationError.Code) -> String {
        switch code {
        case .busy: "The model has too much to do right now. Please try again in a moment."
        case .unavailable: "The model cannot be reached right now. Please try again in a moment."
        case .timeout: "The model took too long to answer. Please try again."
        case .interrupted: "The answer was interrupted. Please try again."
        case .refused: "The model does not accept this site's account. Please tell whoever runs the site."
        case .rejected: "The model could not take this conversation."
        default: "The answer could not be made. Please try again."
        }
    }
}
