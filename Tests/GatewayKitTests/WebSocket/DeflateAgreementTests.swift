import GatewayKit
import ServerCore
import Testing

struct DeflateAgreementTests {
    @Test(
        arguments: [
            ("permessage-deflate", "permessage-deflate; server_no_context_takeover; client_no_context_takeover"),
            (
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            ),
            (
                " permessage-deflate ;server_max_window_bits = \"1\\0\" ; client_max_window_bits=9",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10"
            ),
            (
                "permessage-deflate; server_max_window_bits=8",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8"
            ),
            // What cannot be met or is not understood is passed over for the next.
            (
                "permessage-deflate; unknown, permessage-deflate; server_max_window_bits=16, x-other, ,permessage-deflate",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            ),
        ]
    )
    func `without kept contexts both sides are told to keep none`(offer: String, answer: String) {
        #expect(Self.agree(offer)?.answer == answer)
    }

    @Test(
        arguments: [
            ("permessage-deflate", "permessage-deflate; client_no_context_takeover; server_max_window_bits=12"),
            (
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12"
            ),
            (
                "permessage-deflate; client_max_window_bits=10; server_max_window_bits=9",
                "permessage-deflate; server_max_window_bits=9; client_max_window_bits=10"
            ),
            (
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12"
            ),
        ]
    )
    func `contexts are kept where the client agrees, and never larger than set`(offer: String, answer: String) {
        #expect(Self.agree(offer, .init(keepsContext: true))?.answer == answer)
    }

    @Test(arguments: [
        "", "x-webkit-deflate-frame", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7", "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=010", "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_no_context_takeover=\"\\1\"",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
        "permessage-deflate; Server_No_Context_Takeover",
    ])
    func `an offer with a parameter that is unknown, doubled or out of range is declined`(offer: String) {
        #expect(Self.agree(offer) == nil)
        #expect(ExtensionOffer.offers(in: Self.headers(offer)) != nil)
    }

    @Test(arguments: [
        "a b", ";", "a;", "a; =1", "a; b=", "a; b=\"\"", "a; b=\"c d\"", "a; b=\"c", "a; b=\"c\\", "a=b", "\"a\"",
        "a;b=c d",
    ])
    func `what is not a list of extensions is told from an empty one`(field: String) {
        #expect(ExtensionOffer.offers(in: Self.headers(field)) == nil)
    }

    @Test func `offers of several fields are read in order`() {
        let headers: HTTPHeaders = [
            "sec-websocket-extensions": "a; b=1; c", "Sec-WebSocket-Extensions": "d,e; f=\"g\"",
        ]
        #expect(
            ExtensionOffer.offers(in: headers)?.map {
                "\($0.name)\($0.parameters.map { "\($0.name)=\($0.value ?? "-")" })"
            }
                == [#"a["b=1", "c=-"]"#, "d[]", #"e["f=g"]"#]
        )
    }

    private static func headers(_ field: String) -> HTTPHeaders { ["Sec-WebSocket-Extensions": field] }

    private static func agree(_ field: String, _ compression: Gateway.Compression = .init()) -> DeflateAgreement? {
        ExtensionOffer.offers(in: headers(field)).flatMap { DeflateAgreement($0, compression) }
    }
}
