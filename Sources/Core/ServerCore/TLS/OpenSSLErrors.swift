import COpenSSL
import PlatformCore

/// OpenSSL's list of what went wrong on this thread.
enum OpenSSLErrors {
    /// What went wrong first, which is what mattered, in OpenSSL's words; the list is empty afterwards.
    static func take() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return "no reason given" }
        if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
        return SystemError.text(of: ERR_GET_REASON(code))  // the system's own errors have no text there
    }
}
