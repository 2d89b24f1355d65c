internal import CCurl

/// One easy handle of libcurl, used for one transfer after the other; touched by the driver's thread alone.
final class CurlEasy {
    let handle: UnsafeMutableRawPointer
    private(set) var transfer: CurlTransfer?
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// Where libcurl writes what went wrong, in words.
    private let errorText: UnsafeMutablePointer<CChar>

    /// A handle; nil when there is no memory for one.
    init?() {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    /// Sets everything for a transfer; false when libcurl refuses a part of it.
    func prepare(_ transfer: CurlTransfer) -> Bool {
        self.transfer = transfer
        let request = transfer.request
        var accepted = hawk_easy_allow_http_only(handle) == CURLE_OK
        func set(_ option: CURLoption, _ value: Int) {
            accepted = hawk_easy_set_long(handle, option, value) == CURLE_OK && accepted
        }
        func set(_ option: CURLoption, _ value: String) {
            accepted = hawk_easy_set_string(handle, option, value) == CURLE_OK && accepted
        }
        set(CURLOPT_URL, request.url)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        // HTTP/2 where TLS offers it; a libcurl that cannot speak it refuses the option and stays with HTTP/1.1.
        hawk_easy_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.connectTimeout / .milliseconds(1))))
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let file = transfer.certificateAuthorityFile { set(CURLOPT_CAINFO, file) }
        if let endpoint = try? Endpoint(request.url, carriesKey: false), endpoint.isLoopback { set(CURLOPT_PROXY, "") }
        accepted = hawk_easy_close_on_exec(handle) == CURLE_OK && accepted
        hawk_easy_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        setBody(request)
        setHeaders(request)
        setCallbacks(transfer)
        return accepted
    }

    /// Lets a paused transfer go on; may call back at once.
    func resume() {
        curl_easy_pause(handle, 0)  // CURLPAUSE_CONT
    }

    /// Lets its connection end with it; of HTTP/2 libcurl would keep it, and the server would never hear that nobody
    /// listens.
    func closeConnection() {
        hawk_easy_set_long(handle, CURLOPT_FORBID_REUSE, 1)
    }

    /// Makes it ready for another transfer.
    func reset() {
        curl_easy_reset(handle)
        curl_slist_free_all(headers)
        headers = nil
        errorText[0] = 0
        transfer = nil
    }

    /// What a result means; nil when it is a success.
    func failure(of code: CURLcode) -> TransportFailure? {
        guard code != CURLE_OK else { return nil }
        let detail = String(cString: errorText)
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        return TransportFailure(Self.reason(of: code), text)
    }

    private static func reason(of code: CURLcode) -> TransportFailure.Reason {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
            CURLE_URL_MALFORMAT, CURLE_INTERFACE_FAILED:
            .unreachable
        case CURLE_OPERATION_TIMEDOUT:
            .connectTimeout  // the only time-out that libcurl is given
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_INVALIDCERTSTATUS:
            .untrusted
        case CURLE_WRITE_ERROR, CURLE_OUT_OF_MEMORY:
            // Our header callback's refusal, and libcurl's own of one long line; a refused body has no consumer left.
            .tooLarge
        default:
            .interrupted
        }
    }

    private func setBody(_ request: TransportRequest) {
        guard request.method == "POST" else { return }
        hawk_easy_set_long(handle, CURLOPT_POST, 1)
        hawk_easy_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, Int64(request.body.count))
        request.body.withUnsafeBytes { bytes in
            // libcurl makes a copy; it only reads.
            _ = hawk_easy_set_pointer(
                handle,
                CURLOPT_COPYPOSTFIELDS,
                UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            )
        }
    }

    private func setHeaders(_ request: TransportRequest) {
        headers = nil
        for header in request.headers { headers = curl_slist_append(headers, "\(header.name): \(header.value)") }
        headers = curl_slist_append(headers, "Accept-Encoding: gzip")  // unpacked by `GunzipBody`
        headers = curl_slist_append(headers, "Expect:")  // else a large body waits a second for a "100 Continue"
        hawk_easy_set_list(handle, CURLOPT_HTTPHEADER, headers)
    }

    private func setCallbacks(_ transfer: CurlTransfer) {
        let context = Unmanaged.passUnretained(transfer).toOpaque()  // kept alive by `self.transfer` until `reset`
        hawk_easy_set_pointer(handle, CURLOPT_WRITEDATA, context)
        hawk_easy_set_pointer(handle, CURLOPT_HEADERDATA, context)
        hawk_easy_set_callback(handle, CURLOPT_WRITEFUNCTION) { pointer, size, count, context in
            guard let pointer, let context else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            switch transfer.received(UnsafeRawBufferPointer(start: pointer, count: size * count)) {
            case .taken: return size * count
            case .pause: return Int(CURL_WRITEFUNC_PAUSE)
            case .abort: return size * count == 0 ? 1 : 0
            }
        }
        hawk_easy_set_callback(handle, CURLOPT_HEADERFUNCTION) { pointer, size, count, context in
            guard let pointer, let context else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            let line = UnsafeRawBufferPointer(start: pointer, count: size * count)
            return transfer.receivedHeader(line) ? size * count : 0
        }
    }
}
