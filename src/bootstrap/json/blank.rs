//! JSON with comments, as plain JSON in which everything stands where it stood.

/// A text without what plain JSON does not know. Both are as long as the text, byte by byte,
/// so a place in one is that place in the other.
pub struct Blanked {
    /// Spaces where comments were, line ends in them too.
    pub code: String,
    /// Spaces where last commas were as well: plain JSON.
    pub json: String,
}

/// Blanks a byte order mark and, where `comments` are allowed, those and last commas. What is
/// no JSON either way stays, and is the parser's to complain about.
pub fn blank(text: &str, comments: bool) -> Blanked {
    let mut code = text.as_bytes().to_vec();
    if text.starts_with('\u{feff}') {
        code[..'\u{feff}'.len_utf8()].fill(b' ');
    }
    if comments {
        blank_comments(&mut code);
    }
    let mut json = code.clone();
    if comments {
        blank_last_commas(&mut json);
    }
    // Only whole characters are blanked, so neither can fail.
    let whole = |bytes| String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned());
    Blanked { code: whole(code), json: whole(json) }
}

fn blank_comments(code: &mut [u8]) {
    let mut at = 0;
    while at < code.len() {
        let rest = &code[at..];
        let length = match rest {
            [b'"', ..] => {
                at += string(rest);
                continue;
            }
            [b'/', b'/', ..] => {
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                end.unwrap_or(rest.len())
            }
            [b'/', b'*', ..] => match rest[2..].windows(2).position(|pair| pair == b"*/") {
                Some(end) => end + 4,
                // Never closed: left for the parser to point at.
                None => return,
            },
            _ => {
                at += 1;
                continue;
            }
        };
        code[at..at + length].fill(b' ');
        at += length;
    }
}

/// The length of the string that `rest` begins with.
fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        at += match byte {
            b'\\' => 2,
            b'"' => return at + 1,
            _ => 1,
        };
    }
    rest.len()
}

fn blank_last_commas(json: &mut [u8]) {
    let mut before = b'[';
    let mut comma = None;
    let mut at = 0;
    while at < json.len() {
        let byte = json[at];
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            // One comma, and only after a value.
            b',' => comma = (!matches!(before, b'[' | b'{' | b',' | b':')).then_some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    json[comma] = b' ';
                }
            }
            _ => comma = None,
        }
        before = byte;
        at += if byte == b'"' { string(&json[at..]) } else { 1 };
    }
}
