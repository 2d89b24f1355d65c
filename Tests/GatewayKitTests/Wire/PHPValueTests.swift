import GatewayKit
import Testing

@Suite struct PHPValueTests {
    /// Written by PHP 8.2.
    static let written: [(value: PHPValue, text: String)] = [
        (nil, "N;"),
        (true, "b:1;"),
        (false, "b:0;"),
        (0, "i:0;"),
        (-1, "i:-1;"),
        (.int(.max), "i:9223372036854775807;"),
        (.int(.min), "i:-9223372036854775808;"),
        (0.1, "d:0.1;"),
        (.double(0.1 + 0.2), "d:0.30000000000000004;"),
        (1.0, "d:1;"),
        (-0.0, "d:-0;"),
        (1e100, "d:1.0E+100;"),
        (1e-7, "d:1.0E-7;"),
        (0.0001, "d:0.0001;"),
        (0.00001, "d:1.0E-5;"),
        (1.5, "d:1.5;"),
        (-1234.5678, "d:-1234.5678;"),
        (123_456_789_012_345_678.0, "d:1.2345678901234568E+17;"),
        (1e15, "d:1000000000000000;"),
        (1e16, "d:10000000000000000;"),
        (1e17, "d:1.0E+17;"),
        (1e21, "d:1.0E+21;"),
        (.double(.infinity), "d:INF;"),
        (.double(-.infinity), "d:-INF;"),
        ("", "s:0:\"\";"),
        ("abc", "s:3:\"abc\";"),
        ("é", "s:2:\"é\";"),
        ("a\"b", "s:3:\"a\"b\";"),
        ([], "a:0:{}"),
        ([1, 2], "a:2:{i:0;i:1;i:1;i:2;}"),
        (["a": 1], "a:1:{s:1:\"a\";i:1;}"),
        (
            [
                "7": "x", "-3": "y", "007": "z", "1.5": "w", "9223372036854775808": "big", "-0": "neg zero",
            ],
            "a:6:{i:7;s:1:\"x\";i:-3;s:1:\"y\";s:3:\"007\";s:1:\"z\";s:3:\"1.5\";s:1:\"w\";"
                + "s:19:\"9223372036854775808\";s:3:\"big\";s:2:\"-0\";s:8:\"neg zero\";}"
        ),
        (["u": ["x": [true, nil]]], "a:1:{s:1:\"u\";a:1:{s:1:\"x\";a:2:{i:0;b:1;i:1;N;}}}"),
    ]

    @Test(arguments: written)
    func `a value is written as PHP writes it`(value: PHPValue, text: String) {
        #expect(String(decoding: value.serialized(), as: UTF8.self) == text)
    }

    @Test(arguments: written)
    func `what PHP wrote is read`(value: PHPValue, text: String) throws {
        #expect(try PHPValue(serialized: Array(text.utf8)) == value)
    }

    @Test func `not a number is written and read`() throws {
        #expect(String(decoding: PHPValue.double(.nan).serialized(), as: UTF8.self) == "d:NAN;")
        guard case .double(let number) = try PHPValue(serialized: Array("d:NAN;".utf8)) else {
            Issue.record("no float")
            return
        }
        #expect(number.isNaN)
    }

    @Test(arguments: written)
    func `a value cut anywhere is refused`(value: PHPValue, text: String) {
        let bytes = Array(text.utf8)
        for end in 0..<bytes.count {
            #expect(throws: PHPValue.Malformed.syntax) { try PHPValue(serialized: Array(bytes[..<end])) }
        }
        #expect(throws: PHPValue.Malformed.trailingBytes) { try PHPValue(serialized: bytes + [0x4E]) }
    }

    @Test(arguments: [
        "O:8:\"stdClass\":1:{s:1:\"p\";i:1;}",
        "a:2:{s:1:\"x\";a:1:{i:0;i:1;}s:1:\"y\";R:2;}",
        "a:1:{i:0;r:1;}",
        "C:1:\"a\":0:{}",
        "E:3:\"A:B\";",
    ])
    func `objects and references are refused`(text: String) {
        #expect(throws: PHPValue.Malformed.refusedType) { try PHPValue(serialized: Array(text.utf8)) }
    }

    @Test(arguments: [
        "i:;", "i:1", "i:1x;", "i:9223372036854775808;", "b:2;", "d:0x10;", "d:nan;", "d:;", "s:-1:\"\";",
        "s:4:\"abc\";", "s:2:\"abc\";", "a:1:{}", "a:-1:{}", "a:99999999999:{}", "a:1:{d:1;i:1;}", "a:1:{N;i:1;}", "x",
        "",
    ])
    func `what PHP never writes is refused`(text: String) {
        #expect(throws: PHPValue.Malformed.syntax) { try PHPValue(serialized: Array(text.utf8)) }
    }

    @Test func `depth and number of values are limited`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "a:1:{i:0;", count: depth) + "N;" + String(repeating: "}", count: depth)).utf8)
        }
        _ = try PHPValue(serialized: nested(64))
        #expect(throws: PHPValue.Malformed.limit) { try PHPValue(serialized: nested(65)) }
        let list = PHPValue.list((0..<10).map { .int($0) }).serialized()
        _ = try PHPValue(serialized: list, limits: .init(values: 11))
        #expect(throws: PHPValue.Malformed.limit) { try PHPValue(serialized: list, limits: .init(values: 10)) }
    }

    @Test func `a key that comes again keeps its place and takes the new value`() throws {
        let value = try PHPValue(serialized: Array("a:3:{s:1:\"a\";i:1;i:5;i:2;s:1:\"a\";i:3;}".utf8))
        #expect(value == ["a": 3, "5": 2])
    }

    @Test func `strings hold bytes that are no text`() throws {
        let value = PHPValue.string([0xFF, 0x00, 0x22, 0x3B])
        #expect(try PHPValue(serialized: value.serialized()) == value)
    }
}
