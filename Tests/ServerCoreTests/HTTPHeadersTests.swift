import ServerCore
import Testing

struct HTTPHeadersTests {
    private let headers: HTTPHeaders = [
        "Connection": ", keep-alive ,\tUpgrade,", "Host": "a", "connection": "x-LAST", "Empty": "",
    ]

    @Test(arguments: ["upgrade", "Keep-Alive", "X-last"])
    func `a list has its elements, in every field of the name and without case`(token: String) {
        #expect(headers.contains(token, in: "CONNECTION"))
    }

    @Test(arguments: ["up", "upgrades", "keep-alive ,\tUpgrade", "", "last", "x"])
    func `a list has no parts of elements, and no empty ones`(token: String) {
        #expect(!headers.contains(token, in: "Connection"))
        #expect(!headers.contains(token, in: "Empty"))
    }

    @Test func `only a name that occurs once has one value`() {
        #expect(headers.only("HOST") == "a")
        #expect(headers.only("Empty") == "")
        #expect(headers.only("Connection") == nil)
        #expect(headers.only("Origin") == nil)
    }

    @Test func `values come in order`() {
        #expect(headers.values("Connection") == [", keep-alive ,\tUpgrade,", "x-LAST"])
        #expect(headers["connection"] == ", keep-alive ,\tUpgrade,")
    }

    @Test func `case is ignored for ASCII letters alone`() {
        #expect(HTTPHeaders.areEqual("Sec-WebSocket-Key", "sEC-wEBsOCKET-kEY"))
        #expect(HTTPHeaders.areEqual("", ""))
        #expect(!HTTPHeaders.areEqual("@[\\]^", "`{|}~"))
        #expect(!HTTPHeaders.areEqual("É", "é"))
        #expect(!HTTPHeaders.areEqual("a", "ab"))
    }
}
