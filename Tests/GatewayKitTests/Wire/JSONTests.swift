import GatewayKit
import Testing

@Suite struct JSONTests {
    static let readings: [(text: String, value: PHPValue)] = [
        ("null", nil), (" true ", true), ("false", false), ("0", 0), ("-7", -7), ("1.5", 1.5), ("1e2", 100.0),
        ("-0", -0.0), ("9223372036854775808", 9_223_372_036_854_775_808.0), ("\"\"", ""), ("[]", []), ("{}", []),
        (#"["u1",10086]"#, ["u1", 10086]),
        (#"{"connections":{"1":1,"3":3}}"#, ["connections": ["1": 1, "3": 3]]),
        (#"{"b":1,"a":2,"b":3}"#, ["b": 3, "a": 2]),
        (#""\u00e9\ud83d\ude00\n\/\"\\""#, "é😀\n/\"\\"),
        ("[ [ ] , { \"a\" : [ 1 , 2 ] } ]", [[], ["a": [1, 2]]]),
    ]

    @Test(arguments: readings)
    func `JSON is read in order`(text: String, value: PHPValue) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test(arguments: readings)
    func `JSON cut anywhere is refused`(text: String, value: PHPValue) {
        let bytes = Array(text.utf8)
        for end in 0..<bytes.count where "[{\"".utf8.contains(bytes[0]) {
            #expect(throws: PHPValue.Malformed.self) { try JSONReader.read(Array(bytes[..<end])) }
        }
    }

    @Test(arguments: [
        "", " ", "01", "1.", ".5", "+1", "1e", "tru", "nul", "[1,]", "[1 2]", "{\"a\"}", "{a:1}", "{\"a\":1,}",
        "\"\n\"",
        "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "1e999", "[1]]", "NaN", "'a'",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: PHPValue.Malformed.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test func `text that is not UTF-8 is refused`() {
        #expect(throws: PHPValue.Malformed.syntax) { try JSONReader.read([0x22, 0xFF, 0x22]) }
    }

    @Test func `depth is limited`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + "0" + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONReader.read(nested(32))
        #expect(throws: PHPValue.Malformed.limit) { try JSONReader.read(nested(33)) }
        #expect(throws: PHPValue.Malformed.limit) { try JSONReader.read(nested(100_000)) }
    }

    @Test(
        arguments: [
            (["a": 1], #"{"a":1}"#), ([1, 2.0, nil, true], "[1,2,null,true]"), ([], "[]"),
            (["é/\"\\\n\u{1}"], #"["é\/\"\\\n\u0001"]"#),
            (["1": 1, "3": 3], #"{"1":1,"3":3}"#), (1e25, "1.0e+25"), (["0": "a", "2": "b"], #"{"0":"a","2":"b"}"#),
        ] as [(PHPValue, String)]
    )
    func `JSON is written as PHP writes it`(value: PHPValue, text: String) {
        #expect(JSONWriter.write(value).map { String(decoding: $0, as: UTF8.self) } == text)
    }

    @Test func `what JSON cannot say is not written`() {
        #expect(JSONWriter.write(.string([0xFF])) == nil)
        #expect(JSONWriter.write([.double(.infinity)]) == nil)
    }
}
