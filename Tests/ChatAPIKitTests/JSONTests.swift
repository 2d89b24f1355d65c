import ChatAPIKit
import Testing

struct JSONTests {
    @Test func `a value is read with every kind of member`() throws {
        let value = try JSON(
            parsing: Array(#"{"a":"x\u00e9\n","b":[1,2.5,true,null],"c":{},"d":-9007199254740993}"#.utf8),
            maximumBytes: 1_000
        )
        #expect(value["a"]?.text == "x\u{e9}\n")
        #expect(value["b"]?.serialized == "[1,2.5,true,null]")
        #expect(value["c"]?.serialized == "{}")
        #expect(value["d"]?.serialized == "-9007199254740993")
        #expect(value["e"] == nil)
    }

    @Test(arguments: [
        "", " ", "{", "}", "{]", "[1,]", #"{"a":1,}"#, #"{"a":01}"#, #"{"a":"\#u{1}"}"#, #"{"a":"\ud800"}"#, "{a:1}",
        "{'a':1}", "// x\n{}", "{} x", #"{"a":NaN}"#, "\u{FEFF}\u{0}{}", #"{"a":"\x"}"#, #"{"a"}"#, "[1 2]",
        #"{"a":"x}"#,
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: JSONRefusal.malformed) { try JSON(parsing: Array(text.utf8), maximumBytes: 1_000) }
    }

    @Test func `what is no UTF-8 is refused`() {
        #expect(throws: JSONRefusal.malformed) {
            try JSON(parsing: Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), maximumBytes: 1_000)
        }
        #expect(throws: JSONRefusal.malformed) { try JSON(parsing: [0x7B, 0, 0x7D, 0], maximumBytes: 1_000) }
    }

    @Test func `32 levels are read and 33 are refused, brackets in strings not counted`() throws {
        let deep = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(try JSON(parsing: Array(deep.utf8), maximumBytes: 1_000).serialized == deep)
        #expect(throws: JSONRefusal.tooDeep) { try JSON(parsing: Array("[\(deep)]".utf8), maximumBytes: 1_000) }
        let flat = #"["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]"#
        #expect(try JSON(parsing: Array(flat.utf8), maximumBytes: 1_000).serialized == flat)
    }

    @Test func `a million brackets are refused at the thirty-third`() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONRefusal.tooDeep) { try JSON(parsing: bytes, maximumBytes: 1_000_000) }
    }

    @Test func `one byte above the limit is too large`() throws {
        #expect(try JSON(parsing: Array("[1]".utf8), maximumBytes: 3).serialized == "[1]")
        #expect(throws: JSONRefusal.tooLarge) { try JSON(parsing: Array("[1]".utf8), maximumBytes: 2) }
    }

    @Test func `members are written in order, and strings escaped`() {
        let value: JSON = ["z": 1, "a": ["\"\\\n\r\t\u{1}\u{7f}é", nil, false], "n": .number(.infinity)]
        #expect(value.serialized == #"{"z":1,"a":["\"\\\n\r\t\u0001\#u{7f}é",null,false],"n":null}"#)
    }

    @Test func `what was written is read back`() throws {
        let text = "a\"b\\c\u{0}\u{1f}\u{2028}🙂/</script>"
        let written = (["t": .string(text)] as JSON).bytes
        #expect(try JSON(parsing: written, maximumBytes: 1_000)["t"]?.text == text)
    }
}
