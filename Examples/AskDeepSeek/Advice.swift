import DeepSeekKit

extension DeepSeekError {
    /// What happened, and what one can do about it.
    var advice: String {
        let way: String? =
            switch code {
            case .authentication: "check DEEPSEEK_API_KEY; keys are made at https://platform.deepseek.com/api_keys"
            case .insufficientBalance: "top up at https://platform.deepseek.com/top_up; --balance shows what is left"
            case .contextWindow: "begin a new chat, or ask with less text"
            case .rateLimited, .overloaded: "try again in a minute"
            case .transport, .timedOut(.connect): "check the network, the proxy settings and --base-url"
            case .untrusted: "check --base-url, and whether something stands between that reads along"
            case .invalidRequest where status == 404: "check --base-url, and the model by --list-models"
            default: nil
            }
        let status = status.map { $0 < 300 ? "" : " (status \($0))" } ?? ""
        return "\(message)\(status)" + (way.map { "\n  \($0)" } ?? "")
    }
}
