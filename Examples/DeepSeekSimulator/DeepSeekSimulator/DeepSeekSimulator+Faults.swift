extension DeepSeekSimulator {
    /// What a question can ask to go wrong, by words in double brackets, and what then happens.
    ///
    /// With `x2` inside (`[[error 503 x2]]`) it holds for the first two requests with this very question only, so that
    /// retries can be seen to help.
    public static let faults: [(words: String, effect: String)] = [
        ("[[error 429]]", "this status (400 to 599) with the API's error body"),
        ("[[retry-after 3]]", "beside an error: the header of that name, in seconds"),
        ("[[html 502]]", "this status (200 to 599) with an HTML page, as a proxy would send"),
        ("[[redirect]]", "302 to somewhere else"),
        ("[[slow 500]]", "keep-alives for 500 ms (2000 without a number) before the first word"),
        ("[[silent]]", "the head of the answer, then no byte ever"),
        ("[[stall]]", "a third of the words, then no byte ever"),
        ("[[cut]]", "a third of the words, then the connection breaks"),
        ("[[bad-chunk]]", "a third of the words, then half a JSON"),
        ("[[complain]]", "a third of the words, then an error object"),
        ("[[filtered]]", "a third of the words, then the finish reason content_filter"),
        ("[[no-done]]", "a whole answer without [DONE]"),
        ("[[no-finish]]", "all the words and a proper end of the body, but no finish reason and no [DONE]"),
        ("[[empty]]", "an answer of no word"),
        ("[[busy]]", "the finish reason insufficient_system_resource at once"),
        ("[[tokens 400]]", "at least 400 words"),
    ]
}
