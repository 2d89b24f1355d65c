extension DeepSeekSimulator {
    /// What a question can ask to go wrong, by words in double brackets, and what then happens.
    ///
    /// With `x2` inside (`[[error 503 x2]]`) it holds for the first two requests with this very question only, so that
    /// retries can be seen to help. Scripted answers take the same words in `ScriptedAnswer.faults`.
    public static let faults: [(words: String, effect: String)] = [
        ("[[error 429]]", "this status (400 to 599) with the API's error body"),
        ("[[retry-after 3]]", "beside an error: the header of that name, in seconds"),
        ("[[retry-date 3]]", "beside an error: the same header as a date, so many seconds from now"),
        ("[[html 502]]", "this status (200 to 599) with an HTML page, as a proxy would send"),
        ("[[redirect]]", "302 to somewhere else"),
        ("[[slow 500]]", "keep-alives for 500 ms (2000 without a number) before the first word"),
        ("[[pace 5]]", "5 ms between two words, whatever the simulator's own pace"),
        ("[[silent]]", "the head of the answer, then no byte ever"),
        ("[[stall]]", "a third of the words, then no byte ever"),
        ("[[cut]]", "a third of the words, then the connection closes in mid-body"),
        ("[[reset]]", "a third of the words, then the connection is reset"),
        ("[[bad-chunk]]", "a third of the words, then half a JSON"),
        ("[[bad-utf8]]", "a third of the words, then a JSON text with a byte in it that is not UTF-8"),
        ("[[complain]]", "a third of the words, then an error object"),
        ("[[finish length]]", "a third of the words, then this finish reason"),
        ("[[no-done]]", "a whole answer without [DONE]"),
        ("[[no-finish]]", "all the words and a proper end of the body, but no finish reason and no [DONE]"),
        ("[[empty]]", "an answer of no word"),
        ("[[busy]]", "the finish reason insufficient_system_resource at once"),
        ("[[usage-apart]]", "the usage in a chunk of its own, without choices, behind the last one"),
        ("[[bytes]]", "every byte of the body sent by itself"),
        ("[[gzip]]", "the body packed, for a client that accepts gzip"),
        ("[[gzip-members]]", "the same, every piece of it a gzip file (a member) of its own"),
        ("[[tool look_up {\"id\":7}]]", "a call of this function, until the request brings its result"),
        ("[[tokens 400]]", "at least 400 words; with [[clock]] 400 exactly"),
        ("[[megabytes 10]]", "10 MiB of words, in pieces of 16 KiB"),
        ("[[clock]]", "instead of each word the time it is sent at, in nanoseconds of the monotonic clock"),
    ]
}
